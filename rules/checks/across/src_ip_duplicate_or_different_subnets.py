"""XN015: two nodes send from the same address, or from networks that the VIP can't move between."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.values import Value
    from rules.engine.settings import RuleSettings
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member, VrrpGroup


def _source(member: Member) -> Value[object] | None:
    value = member.instance.unicast_src_ip or member.instance.mcast_src_ip
    return value if value is not None and value.known else None  # type: ignore[return-value]


def _consequence(value: Value[object], release: str | None) -> str:
    """What becomes of the node that does not have the address; it was measured for unicast only."""
    if value.directive.keyword != "unicast_src_ip":
        return ""
    from rules.support.keepalived.releases import by_release

    outcome = by_release(
        release,
        "the instance stays in FAULT and is no backup",
        "the instance hears no other node and takes the VIP as well",
    )
    return f"; on the node that does not have the address, {outcome}"


def _doubles(group: VrrpGroup, release: str | None) -> Iterator[Hit]:
    first: dict[object, tuple[Member, Value[object]]] = {}
    for member in group:
        value = _source(member)
        if value is None:
            continue
        if value.value not in first:
            first[value.value] = (member, value)
            continue
        other, there = first[value.value]
        yield Hit(
            value.span,
            f"{member.node.name} sends from {value.raw}, which {other.node.name} sends from too"
            f"{_consequence(value, release)}",
            help=f"set {value.directive.keyword} to the address of {member.node.name} itself"
            f"{_peers_too(member, value)}",
            note=f"{member.node.name}: {value.raw}",
            related=[Related(there.span, f"{other.node.name}: {there.raw}", other.node.name)],
            node=member.node.name,
        )


def _peers_too(member: Member, source: Value[object]) -> str:
    """What else was copied: peers that don't list the node whose address it is."""
    peers = [peer.address for peer in member.instance.unicast_peers]
    if not peers or source.value in peers:
        return ""
    return f", and list {source.raw} and the other nodes, not itself, in its unicast_peer"


def _outside(group: VrrpGroup) -> Iterator[Hit]:
    """Nodes outside the VIP's network while another node is inside."""
    vip = next((vip for member in group for vip in member.instance.vips if vip.address and vip.prefix), None)
    if vip is None or vip.prefix is None or vip.address is None or vip.prefix >= vip.address.max_prefixlen - 1:
        return
    network = ip_network(f"{vip.address}/{vip.prefix}", strict=False)
    placed = [(member, value) for member in group if (value := _source(member)) is not None]
    inside = [(m, v) for m, v in placed if v.value in network]
    for member, value in placed:
        if inside and value.value not in network:
            near, there = inside[0]
            yield Hit(
                value.span,
                f"{member.node.name} sends from {value.raw}, outside the network {network} of {group.label}, and "
                f"{near.node.name} from inside it: the VIP can't be reached on {member.node.name}",
                help=f"correct {value.directive.keyword} of {member.node.name}; the nodes must share the VIP's network",
                note=f"{member.node.name}: not in {network}",
                related=[Related(there.span, f"{near.node.name}: in {network}", near.node.name)],
                severity=Severity.WARNING,
                node=member.node.name,
            )


@rule("XN015", "src-ip-duplicate-or-different-subnets", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet, settings: RuleSettings) -> Iterator[Hit]:
    """Two nodes of one virtual router have the same source address, or one is outside the VIP's network.

    Why it hurts: `unicast_src_ip` (or `mcast_src_ip`) must be an address of the node itself. With a copied
    `unicast_src_ip` the bind fails up to release 2.3.2, and the instance stays in FAULT: there is no second node
    (measured with 2.2.7). From 2.3.3 on it runs, sends from the address, hears no other node, and takes the VIP as well
    (measured with 2.3.3). `keepalived -t` reports nothing. A VIP can only move between machines on one layer-2 network.

    How to fix: write each node's own address; the load balancers and the VIP must share one subnet.

    Silent when: an address depends on a variable. Networks are compared only if the VIP's prefix is shorter than a
    host's and at least one node is inside it; routed designs announce the VIP as /32. Being outside is a warning.
    """
    for group in fleet.vrrp_groups:
        yield from _doubles(group, settings.keepalived_version)
        yield from _outside(group)
