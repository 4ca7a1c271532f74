"""VRRP priorities: how far apart they may be, and the weight of the check that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.plan import Draft, KeyPath, PlanError
from rules.text import listed

WEIGHT_MARGIN = 30
"""How far below the lowest healthy load balancer a failed one gets: its script's weight is -(spread + 30)."""

LOWEST_WEIGHT = -253
"""The lowest weight of a vrrp_script that keepalived takes (keepalived.conf(5), 2.2.7)."""

_EXAMPLE = "numbers such as 110, 100, 90"


def script_weight(priorities: Iterable[int], *, preempt: bool) -> int:
    """The weight of the check: lower than all priorities are apart, or 0 for the sticky form.

    With it a load balancer that passes stands above everyone that fails, whoever fails, and the VIP stays somewhere
    when all fail. 0 puts a load balancer that fails out of the election (FAULT), which is the only way for the VIP to
    leave under nopreempt (measured with keepalived 2.2.7).
    """
    if not preempt:
        return 0
    known = list(priorities)
    return max(min(known) - max(known) - WEIGHT_MARGIN, LOWEST_WEIGHT)


def priorities(known: Draft) -> Iterator[PlanError]:
    """With preempt, the highest of the healthy must win over every failed one; sticky ones stay where they are."""
    lbs = known.load_balancers
    holders: dict[int, list[int]] = {}
    for number, lb in enumerate(lbs):
        if lb.priority is not None:
            holders.setdefault(lb.priority, []).append(number)
    if not known.vrrp.preempt or not holders:
        return

    def named(priority: int) -> str:
        return listed(lbs[number].name or f"number {number + 1}" for number in holders[priority])

    def wrong(priority: int, reason: str) -> PlanError:
        number = holders[priority][-1]
        return PlanError(KeyPath("lb", number, "priority"), f"{reason}; write {_EXAMPLE}")

    for priority, numbers in holders.items():
        if len(numbers) > 1:
            each = f"have {priority} each, so that chance decides which one gets the VIP"
            yield wrong(priority, f"{named(priority)} {each}")
    lowest, highest = min(holders), max(holders)
    if lowest < 2:
        reason = "a failed load balancer can't get below that: on a tie it keeps the VIP"
        yield wrong(lowest, f"{named(lowest)} has {lowest}, and {reason}")
    if -(highest - lowest + WEIGHT_MARGIN) < LOWEST_WEIGHT:
        yield wrong(
            lowest,
            f"{highest} and {lowest} are {highest - lowest} apart, and keepalived has no weight that puts a failed "
            f"load balancer below the others with more than {-LOWEST_WEIGHT - WEIGHT_MARGIN}",
        )
