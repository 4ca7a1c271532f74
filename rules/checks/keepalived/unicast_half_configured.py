"""KA013: unicast with half of what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.gaps import blocks_in_doubt

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.source import Span

# Settings that only make sense with unicast peers.
_UNICAST_ONLY = ("unicast_src_ip", "unicast_ttl", "check_unicast_src", "old_unicast_checksum")


def _intent(instance: VrrpInstance) -> tuple[Span, str] | None:
    """What shows that the instance was meant to use unicast: its place and description."""
    for block in instance.unicast_peer_blocks:
        if block.condition is None and block.is_block:
            return block.words[0].span, "an empty 'unicast_peer' block"
    for keyword in _UNICAST_ONLY:
        value = instance.get(keyword)
        if value is not None and value.directive.condition is None:
            return value.directive.span, f"'{keyword}' but no 'unicast_peer' block"
    return None


def _without_peers(instance: VrrpInstance) -> Iterator[Hit]:
    intent = _intent(instance)
    if intent is None or instance.get("unicast_fault_no_peer") is not None:
        return
    span, what = intent
    yield Hit(
        span,
        f"vrrp_instance '{instance.title}' has {what}: keepalived sends to the multicast group instead",
        help="list the addresses of the other nodes in 'unicast_peer { ... }', one per line, or remove the "
        "unicast settings on all nodes",
        note="no peer",
    )


def _without_source(instance: VrrpInstance) -> Iterator[Hit]:
    block = next(iter(instance.unicast_peer_blocks), None)
    if block is None or instance.get("mcast_src_ip") is not None or instance.get("use_ipvlan") is not None:
        return
    yield Hit(
        block.words[0].span,
        f"vrrp_instance '{instance.title}' has unicast peers but no 'unicast_src_ip': it sends from the first address "
        "of the interface",
        help="add 'unicast_src_ip' with this node's address, as the other nodes list it",
        note="no unicast_src_ip",
        severity=Severity.INFO,
    )


@rule("KA013", "unicast-half-configured", Severity.WARNING, Scope.KEEPALIVED, words=("unicast",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """An instance has `unicast_src_ip` or an empty `unicast_peer` block, but no peer to send to.

    Why it hurts: keepalived falls back to multicast, which the network may not carry (clouds in particular), and which
    a node that uses unicast does not hear: both nodes hold the VIP. A list of peers without `unicast_src_ip` (an info)
    works as long as the first address of the interface is the one that the other nodes list (measured with keepalived
    2.2.7).

    How to fix: list the other nodes in `unicast_peer { ... }`, and set `unicast_src_ip` to the address that
    they list for this one.

    Silent when: the peer list has any entry, even if it is not an address (KA029, KA048); the settings are conditional,
    or the instance has an unknown keyword; an include could not be read.
    """
    doubtful = blocks_in_doubt(config)
    for instance in config.instances:
        if instance.directive in doubtful:
            continue
        if instance.unicast_peers:
            if instance.unicast_src_ip is None and config.complete:
                yield from _without_source(instance)
        elif config.complete and not any(block.children for block in instance.unicast_peer_blocks):
            yield from _without_peers(instance)
