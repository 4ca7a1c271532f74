"""KA001: a virtual address that a node already has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.source import Span


def _node_addresses(config: KeepalivedConfig) -> dict[object, tuple[Span, str, object]]:
    """Addresses of nodes: place, description, and the instance whose peer list has it (None: this node)."""
    found: dict[object, tuple[Span, str, object]] = {}
    for instance in config.instances:
        for peer in instance.unicast_peers:
            if peer.address is not None and peer.certain:
                found.setdefault(peer.address, (peer.span, "the address of another node (unicast_peer)", instance))
    for instance in config.instances:
        for source in (instance.unicast_src_ip, instance.mcast_src_ip):
            if source is not None and source.known:
                found[source.value] = (source.span, f"this node's own address ({source.directive.keyword})", None)
    return found


@rule("KA001", "vip-equals-node-address", Severity.ERROR, Scope.KEEPALIVED, words=("unicast", "mcast_src_ip"))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A virtual address is the address of a node.

    Why it hurts: keepalived removes the addresses that it manages from the interface when it starts. If that is the
    node's own address, the machine drops off the network, and the instance stays in FAULT because its source address is
    gone; `keepalived -t` exits with 0 (measured with keepalived 2.2.7).

    How to fix: use a free address of the same subnet as the VIP, one that no machine has.

    Silent when: an address comes from a variable. With priority 255 (the address owner of RFC 3768) it is a warning.
    A VIP in the peer list of its own instance is KA014.
    """
    nodes = _node_addresses(config)
    for instance in config.instances:
        for vip in (*instance.vips, *instance.excluded_vips):
            if vip.address is None or not vip.certain or vip.address not in nodes:
                continue
            span, what, listed_by = nodes[vip.address]
            if listed_by is instance:
                continue
            yield Hit(
                vip.span,
                f"the virtual address '{vip.raw}' of vrrp_instance '{instance.title}' is {what}: "
                "keepalived removes it from the interface when it starts",
                help="use a free address of the subnet",
                note="a node's address",
                related=[(span, "the same address")],
                severity=Severity.WARNING if instance.effective_priority == 255 else None,
            )
