"""XN101: corresponding backends of two load balancers have different servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.proxy_groups import BackendGroup, Endpoint, backend_groups
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.engine.finding import Step
    from rules.fleet.fleet import Fleet
    from rules.support.haproxy.proxy_groups import ProxyMember

_Set = frozenset[Endpoint]


@rule("XN101", "backend-set-differs", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """Two load balancers send the same traffic to different sets of servers.

    Why it hurts: as long as the VIP stays where it is, no one notices that the other node is missing a control-plane
    node, or still has the address of one that was replaced. After a failover part of the capacity is gone, or
    connections go to a machine that does not belong to the cluster.

    How to fix: list the same addresses and ports on every node; names, weights and order do not matter.

    Silent when: nothing shows that the nodes belong together (no common VIP, no common server), the servers' addresses
    are not all known, or the sets have nothing in common, as when each node serves its own application. For backends
    other than the Kubernetes API's it is a warning.
    """
    for group in backend_groups(fleet):
        known = [(member, frozenset(member.servers)) for member in group.members if member.servers is not None]
        counts = Counter(servers for _, servers in known)
        if len(counts) < 2:
            continue
        # max keeps the first of equals, so with two nodes the first one is taken as meant.
        usual = max(counts, key=lambda servers: counts[servers])
        for odd in [servers for servers in counts if servers != usual]:
            if odd & usual or group.api:
                yield _hit(group, known, odd, usual)


def _hit(group: BackendGroup, known: Sequence[tuple[ProxyMember, _Set]], odd: _Set, usual: _Set) -> Hit:
    odd_members = [member for member, servers in known if servers == odd]
    others = [member for member, servers in known if servers == usual]
    lacks, has = _shown(usual - odd), _shown(odd - usual)
    names = listed(member.node.name for member in odd_members)
    parts = []
    if lacks:
        parts.append(f"{names} {'lack' if len(odd_members) > 1 else 'lacks'} {lacks}")
    if has:
        parts.append(f"{'' if lacks else names + ' '}also {'have' if len(odd_members) > 1 else 'has'} {has}")
    first = odd_members[0]
    return Hit(
        _place(first, odd - usual),
        f"the servers of {group.label} differ: {listed(parts)}, compared with {listed(m.node.name for m in others)}; "
        "this shows only when the VIP moves",
        help=f"list the same servers on every node: {_shown(odd | usual)}" if not (lacks and has)
        else f"write {lacks} instead of {has}, or fix the other nodes",
        note=f"{first.node.name}: {_shown(odd - usual) or 'no ' + lacks}",
        related=[
            Related(_place(member, servers), f"{member.node.name}: {_shown(servers) or 'as on most'}", member.node.name)
            for member, servers in (*((m, usual - odd) for m in others), *((m, odd - usual) for m in odd_members[1:]))
        ],
        severity=Severity.ERROR if group.api else Severity.WARNING,
        node=first.node.name,
        fix=partial(_fix, odd_members, others[0], odd, usual),
    )  # fmt: skip


def _fix(odd_members: Sequence[ProxyMember], other: ProxyMember, odd: _Set, usual: _Set) -> Fix | None:
    """What the other nodes have: the address that is different, or a line that is missing."""
    theirs, ours = usual - odd, odd - usual
    if len(theirs) != 1 or len(ours) > 1:
        return None
    endpoint = next(iter(theirs))
    server = (other.servers or {})[endpoint]
    steps: list[Step] = []
    for member in odd_members:
        own = member.servers or {}
        if ours:
            steps.append(("write", own[next(iter(ours))].address_span, server.address_text))
            continue
        if not own or any(s.name.value in (None, server.name.value) for s in own.values()):
            return None
        last = list(own.values())[-1]
        steps.append(("below", last.span, server.span.text))
    wanted = f"write {server.address_text}" if ours else f"add server '{server.name.raw}'"
    return Fix(f"{wanted}, as on {other.node.name}", tuple(steps), safe=False)


def _shown(endpoints: _Set) -> str:
    return listed(sorted(f"{host}:{port}" if port else host for host, port in endpoints))


def _place(member: ProxyMember, wanted: _Set) -> Span:
    """The first of these servers on the node, or else the name of its backend."""
    for endpoint, server in (member.servers or {}).items():
        if endpoint in wanted:
            return server.address_span
    return member.proxy.name.span if member.proxy.name is not None else member.proxy.span
