"""XN020: a peer whose file was not given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import Peer
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node

    Listed = dict[object, list[tuple[Node, Peer]]]


def _own_addresses(fleet: Fleet) -> tuple[set[object], bool]:
    """The addresses that the nodes send from, and whether every node's is known."""
    known: set[object] = set()
    complete = True
    for node in fleet.nodes:
        instances = node.keepalived.instances if node.keepalived else []
        found = {
            value.value
            for instance in instances
            for value in (instance.unicast_src_ip, instance.mcast_src_ip)
            if value is not None and value.known
        }
        known |= found
        complete = complete and bool(found or not instances)
    return known, complete


def _strangers(fleet: Fleet, known: set[object]) -> Listed:
    """Peer addresses that no node sends from, with the nodes that list them; a node whose list lacks a member is left
    out.
    """
    strangers: Listed = {}
    incomplete = _with_gaps(fleet)
    for node in fleet.nodes:
        for instance in node.keepalived.instances if node.keepalived else ():
            vips = {vip.address for vip in instance.vips}
            if id(instance) in incomplete:
                continue
            for peer in instance.unicast_peers:
                if peer.address is not None and peer.certain and peer.address not in known and peer.address not in vips:
                    strangers.setdefault(peer.address, []).append((node, peer))
    return strangers


def _with_gaps(fleet: Fleet) -> set[int]:
    """Instances that do not list another member's address: an extra address is most likely that member's, misspelled,
    and XN005 reports it.
    """
    gaps = set()
    for group in fleet.vrrp_groups:
        sources = [(member, source) for member in group if (source := member.instance.unicast_src_ip) is not None]
        known = {id(member): source.value for member, source in sources if source.known}
        count = Counter(known.values())
        for member in group:
            named = {peer.address for peer in member.instance.unicast_peers}
            own = known.get(id(member))  # by itself nobody has to list it
            lacking = len(count) - sum(address in count for address in named)
            if own in count and own not in named and count[own] == 1:
                lacking -= 1
            if lacking:
                gaps.add(id(member.instance))
    return gaps


@rule("XN020", "node-file-missing", Severity.WARNING, Scope.GIVEN)
def check(fleet: Fleet) -> Iterator[Hit]:
    """A `unicast_peer` address does not belong to any node whose file was given.

    Why it hurts: a file that was not given can't be compared. The node may run with another VRID, password or peer
    list, or may no longer exist; then adverts go to whichever machine has the address now.

    How to fix: lint that node's files too, or remove the address from `unicast_peer`.

    Silent when: the address belongs to a given node; a node does not set the address that it sends from
    (`unicast_src_ip`), since it may be this one; or XN005 reports it as misspelled. If only one node was given, it is
    an info, since that is a normal way to use halb-lint.
    """
    known, complete = _own_addresses(fleet)
    alone = len(fleet.nodes) == 1
    if not complete and not alone:
        return
    for address, places in _strangers(fleet, known).items():
        (node, peer), *others = places
        names = listed(dict.fromkeys(place[0].name for place in places))
        verb = "lists" if names == node.name else "list"
        consequence = ": nothing could be compared between the nodes" if alone else ""
        yield Hit(
            peer.span,
            f"{names} {verb} the peer {address}, but no file of that node was given{consequence}",
            help=f"lint the files of {address} together with these, or remove it from unicast_peer",
            note="this node's files are missing",
            related=[Related(other.span, f"{at.name} lists it too", at.name) for at, other in others],
            severity=Severity.INFO if alone else None,
            node=node.name,
        )
