"""XN106: a server that has another address under the same name on another node."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.proxy_groups import backend_groups
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import Server
    from rules.fleet.fleet import Fleet
    from rules.support.haproxy.proxy_groups import Endpoint, ProxyMember


@rule("XN106", "server-name-ip-swap", Severity.WARNING, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The same servers have other names on another load balancer: a name means one machine here, another there.

    Why it hurts: clients notice nothing, but whoever drains `cp1` for maintenance, or reads in a log or on the
    statistics page that `cp1` is down, has the wrong machine after the VIP has moved.

    How to fix: give each address the same name on every node.

    Silent when: the sets of servers differ (XN101), no name is on both nodes, or a name or address is not known.
    """
    for group in backend_groups(fleet):
        first, *others = [member for member in group.members if member.servers]
        names = _names(first)
        for member in others:
            theirs = _names(member)
            swapped = [name for name in names if name in theirs and theirs[name][0] != names[name][0]]
            if swapped and set(first.servers or ()) == set(member.servers or ()):
                yield _hit(swapped, (first, names), (member, theirs))


def _names(member: ProxyMember) -> dict[str, tuple[Endpoint, Server]]:
    servers = (member.servers or {}).items()
    return {server.name.value: (endpoint, server) for endpoint, server in servers if server.name.value}


_Named = tuple["ProxyMember", "dict[str, tuple[Endpoint, Server]]"]


def _hit(swapped: list[str], here: _Named, there: _Named) -> Hit:
    (first, names), (member, theirs) = here, there
    first_words, tfirst_words = (listed(f"{name} is {of[name][0][0]}" for name in swapped) for of in (names, theirs))
    return Hit(
        theirs[swapped[0]][1].address_span,
        f"the same servers have other names: on {first.node.name} {first_words}, on {member.node.name} {tfirst_words}",
        help=f"give each address the name that it has on {first.node.name}",
        note=f"{member.node.name}: {swapped[0]}",
        related=[
            Related(names[name][1].address_span, f"{first.node.name}: {name}", first.node.name) for name in swapped
        ],
        node=member.node.name,
        fix=partial(_fix, first, member),
    )


def _fix(first: ProxyMember, member: ProxyMember) -> Fix | None:
    """The names of the first node; None if another line refers to a server by its name."""
    if member.proxy.has("use-server") or any(server.option("track") for server in (member.servers or {}).values()):
        return None
    steps = []
    for endpoint, server in (member.servers or {}).items():
        name = (first.servers or {})[endpoint].name.value
        if not name or server.name.value is None:
            return None
        if name != server.name.value:
            steps.append(("write", server.name.span, name))
    return Fix(f"give the servers their names on {first.node.name}", tuple(steps), safe=False)
