"""XN023: nodes with the same peer list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member, VrrpGroup


def _peers(member: Member) -> frozenset[object] | None:
    """The addresses that a member sends to; None if they, or its own address, are known otherwise or not at all."""
    instance = member.instance
    if instance.unicast_src_ip is not None or instance.mcast_src_ip is not None:
        return None
    if any(not peer.certain or peer.address is None for peer in instance.unicast_peers):
        return None
    return frozenset(peer.address for peer in instance.unicast_peers) or None


def _alike(group: VrrpGroup) -> Iterator[tuple[frozenset[object], list[Member]]]:
    """Peer lists that several members have."""
    by_list: dict[frozenset[object], list[Member]] = {}
    for member in group:
        peers = _peers(member)
        if peers is not None:
            by_list.setdefault(peers, []).append(member)
    yield from ((peers, members) for peers, members in by_list.items() if len(members) > 1)


@rule("XN023", "same-peers-everywhere", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """Several nodes have the same `unicast_peer` list, and no `unicast_src_ip` says which node is which.

    Why it hurts: a peer list names the other nodes, so those of two nodes are never equal. If it has fewer addresses
    than there are nodes, a node whose address is not on it does not hear the others that have it: with priorities 110
    and 100 and the address of the first on both lists, both hold the VIP; with the address of the second, both do as
    soon as the second is MASTER (measured with keepalived 2.2.7).

    How to fix: list on each node the addresses of the other nodes, and add `unicast_src_ip` with the node's own.

    Silent when: a node says which address it sends from (XN005 and XN015 compare those), or a list has a variable. If
    the list has an address for every node, VRRP works, and each node logs a warning about every advert that it sends to
    itself: an info.
    """
    for group in fleet.vrrp_groups:
        for peers, members in _alike(group):
            first, *others = members
            names = listed(member.node.name for member in members)
            text = listed(sorted(map(str, peers)))
            lacking = len(peers) < len(group)
            outcome = (
                "a node whose address is not on the list does not hear the other nodes with it, and takes the VIP too"
                if lacking
                else "each node sends to itself as well, and logs a warning about every advert"
            )
            yield Hit(
                _place(first),
                f"{names} have the same unicast_peer list for {group.label} ({text}): {outcome}",
                help="list only the other nodes on each node, and add 'unicast_src_ip' with the node's own address",
                note=f"{first.node.name}: {text}",
                related=[Related(_place(m), f"{m.node.name}: the same", m.node.name) for m in others],
                severity=None if lacking else Severity.INFO,
                node=first.node.name,
            )


def _place(member: Member) -> Span:
    return member.instance.unicast_peers[0].span
