"""XN006: one node sends to its peers, another to the multicast group."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import disagreement

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member

_WORDS = {True: "unicast", False: "multicast"}


def _place(member: Member) -> Span:
    blocks = member.instance.unicast_peer_blocks
    return blocks[0].span if blocks else member.instance.name.span


@rule("XN006", "unicast-multicast-mix", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """Some nodes of one virtual router use unicast, others multicast.

    Why it hurts: a node with `unicast_peer` does not join the multicast group, and one without it sends nothing to
    single addresses. Neither hears the other, both are MASTER, both hold the VIP, and nothing is logged (measured with
    keepalived 2.2.7). An empty `unicast_peer` block means multicast.

    How to fix: give every node `unicast_src_ip` and a `unicast_peer` block with the addresses of all other nodes.

    Silent when: a peer list comes from an include or a variable that can't be resolved.
    """
    for group in fleet.vrrp_groups:
        differ = disagreement(group, lambda member: member.instance.is_unicast)
        if differ is None:
            continue
        # The missing block is what has to be written, whichever side is larger.
        odd = next(r for r in (*differ.odd, *differ.rest) if not r.value)
        others = [r for r in (*differ.rest, *differ.odd) if r is not odd]
        yield Hit(
            _place(odd.member),
            f"unicast and multicast are mixed for {group.label}: "
            f"{differ.values(lambda r: _WORDS[r.value])}; neither side hears the other and both hold the VIP",
            help=f"on {odd.member.node.name}, add a 'unicast_peer' block with the addresses of the other nodes",
            note=f"{odd.member.node.name}: multicast",
            related=[
                (_place(r.member), f"{r.member.node.name}: {_WORDS[r.value]}", r.member.node.name) for r in others
            ],
            fix=partial(_fix, odd.member, [r.member for r in others]) if all(r.value for r in others) else None,
            node=odd.member.node.name,
        )


def _fix(member: Member, others: list[Member]) -> Fix | None:
    """The other nodes as peers, and the address of this one, as they list it."""
    from rules.support.keepalived.fixing import at_end

    sources = [m.instance.unicast_src_ip for m in others]
    known = [source.value for source in sources if source is not None and source.known]
    listed = {peer.address for m in others for peer in m.instance.unicast_peers} - set(known)
    own = member.instance.unicast_src_ip
    if len(known) < len(others) or member.instance.unicast_peer_blocks:
        return None
    if own is None and (len(listed) != 1 or None in listed):
        return None
    lines = [] if own is not None else [f"unicast_src_ip {next(iter(listed))}"]
    peers = "".join(f"\n    {address}" for address in known)
    fix = at_end(member.instance.directive, "\n".join([*lines, f"unicast_peer {{{peers}\n}}"]))
    return (
        fix._replace(title=f"add the other nodes as 'unicast_peer' on {member.node.name}") if fix is not None else None
    )
