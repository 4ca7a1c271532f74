"""XN005: a node does not send its adverts to another node of its virtual router."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import Peer
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member

_SHOWN = 8  # nodes that a finding names


def _sources(members: Sequence[Member]) -> dict[int, object]:
    """Index of a member -> the address that it sends from, if a file has it."""
    sources: dict[int, object] = {}
    for index, member in enumerate(members):
        value = member.instance.unicast_src_ip
        if value is not None and value.known:
            sources[index] = value.value
    return sources


def _strangers(member: Member, known: Counter[object]) -> list[Peer]:
    """Peers of a member that no node of the virtual router sends from."""
    return [peer for peer in member.instance.unicast_peers if peer.address is not None and peer.address not in known]


def _hit(member: Member, missing: Sequence[Member], number: int, strangers: Sequence[Peer]) -> Hit:
    """The hit for a node that does not list some others: the first of them, and how many they are."""
    name = member.node.name
    more = [f"{number - len(missing)} more"] if number > len(missing) else []
    pairs = [f"{m.node.name} ({m.instance.unicast_src_ip.raw})" for m in missing if m.instance.unicast_src_ip]
    unlisted = listed([*pairs, *more])
    instead = f", but lists {listed(peer.raw for peer in strangers)}, which no node sends from" if strangers else ""
    wanted = [m.instance.unicast_src_ip.raw for m in missing if m.instance.unicast_src_ip]
    at = strangers[0].span if len(strangers) == 1 else member.instance.unicast_peer_blocks[0].span
    change = f"replace '{strangers[0].raw}' with" if len(strangers) == len(missing) == 1 else "list"
    names = listed([*(m.node.name for m in missing), *more])
    outcome, becomes = ("it does not hear", "becomes") if len(missing) == 1 else ("they do not hear", "become")
    return Hit(
        at,
        f"unicast_peer of {name} does not list {unlisted}{instead}: {outcome} {name} and {becomes} MASTER as well",
        help=f"{change} {listed([*wanted, *more])} in unicast_peer of {name}",
        note=f"{name}: {names} missing",
        related=[
            Related(m.instance.unicast_src_ip.span, f"{m.node.name} sends from here", m.node.name)
            for m in missing
            if m.instance.unicast_src_ip
        ],
        node=name,
        fix=partial(_fix, member, missing, strangers) if not more else None,
    )


def _fix(member: Member, missing: Sequence[Member], strangers: Sequence[Peer]) -> Fix | None:
    from rules.support.keepalived.fixing import at_end, together

    addresses = [str(m.instance.unicast_src_ip.value) for m in missing if m.instance.unicast_src_ip is not None]
    name = member.node.name
    if len(strangers) == len(addresses) == 1:
        title = f"write {addresses[0]} instead of {strangers[0].raw} in unicast_peer of {name}"
        return Fix.write(strangers[0].span, addresses[0], title, safe=False)
    block = member.instance.unicast_peer_blocks[-1]
    title = f"list {listed(addresses)} in unicast_peer of {name}"
    return together([at_end(block, "\n".join(addresses), safe=not strangers)], title)


@rule("XN005", "peer-list-not-full-mesh", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """A node's `unicast_peer` does not list the address of another node of its virtual router.

    Why it hurts: adverts go only to the addresses listed. A node that is not listed hears nothing and becomes MASTER
    too. If it is the backup that lists the wrong address, all looks fine until it is MASTER itself (measured with
    keepalived 2.2.7). A new load balancer is often listed in its own file only.

    How to fix: on every node, list the `unicast_src_ip` of every other node.

    Silent when: a node of the virtual router uses multicast (see XN006), an address is not known (no `unicast_src_ip`,
    a variable), or peers come from an include that can't be read.
    """
    for group in fleet.vrrp_groups:
        members = group.members
        if not all(member.instance.is_unicast for member in members):
            continue
        sources = _sources(members)
        senders = Counter(sources.values())
        for index, member in enumerate(members):
            peers = member.instance.unicast_peers
            config = member.node.keepalived
            if config is None or not config.complete or any(p.address is None or not p.certain for p in peers):
                continue
            # Two nodes that send from one address are reported by XN015.
            named = {peer.address for peer in peers} | {sources.get(index)}
            number = len(sources) - sum(senders[address] for address in named if address in senders)
            if number:
                missing = (members[other] for other, address in sources.items() if address not in named)
                strangers = _strangers(member, senders) if len(sources) == len(members) else []
                yield _hit(member, list(islice(missing, _SHOWN)), number, strangers)
