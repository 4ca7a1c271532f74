"""How much a failed check takes from a load balancer's VRRP priority."""

from __future__ import annotations

from collections.abc import Iterable

_MARGIN = 30
_LOWEST = -253  # keepalived's own limit for the weight of a vrrp_script


def script_weight(priorities: Iterable[int], *, preempt: bool) -> int:
    """The weight of the check: lower than all priorities are apart, or 0 for the sticky form.

    With it a load balancer that passes stands above everyone that fails, whoever fails, and the VIP stays somewhere
    when all fail. 0 puts a load balancer that fails out of the election (FAULT), which is the only way for the VIP to
    leave under nopreempt (measured with keepalived 2.2.7).
    """
    if not preempt:
        return 0
    known = list(priorities)
    return max(min(known) - max(known) - _MARGIN, _LOWEST)
