"""XN102: corresponding frontends of two load balancers listen on different ports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.proxy_groups import backend_groups, same_cluster
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import BindAddress, Proxy
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node

Range = tuple[int, int]


class _Listener(NamedTuple):
    """What one node listens on for one purpose."""

    node: Node
    label: str
    place: Span
    ports: dict[Range, BindAddress]


@rule("XN102", "bind-port-differs", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The same frontend listens on different ports on two load balancers.

    Why it hurts: clients know one port. When the VIP moves to the node that does not listen on it, every connection is
    refused, although haproxy, keepalived and all checks are fine.

    How to fix: bind the same ports on every node.

    Silent when: nothing shows that the nodes belong together, a port depends on a variable, and for statistics pages,
    which may have a different port on each node. Addresses are not compared: binding the node's own one is common.
    """
    for listeners in (*_api(fleet), *_by_name(fleet)):
        counts = Counter(frozenset(listener.ports) for listener in listeners)
        if len(counts) < 2:
            continue
        usual = max(counts, key=lambda ports: counts[ports])
        for odd in [ports for ports in counts if ports != usual]:
            yield _hit(listeners, odd, usual)


def _api(fleet: Fleet) -> Iterator[list[_Listener]]:
    """The frontends of the Kubernetes API, whatever their names."""
    for group in backend_groups(fleet):
        if group.api:
            found = [(member.node, _ports(member.frontends), member) for member in group.members]
            yield [
                _Listener(node, "the frontend of the Kubernetes API", _name(member.frontends[0]), ports)
                for node, ports, member in found
                if ports
            ]


def _by_name(fleet: Fleet) -> Iterator[list[_Listener]]:
    """Frontends with the same name that do not serve the API."""
    api = {id(f) for group in backend_groups(fleet) if group.api for m in group.members for f in m.frontends}
    for nodes in same_cluster(fleet):
        by_name: dict[str, list[_Listener]] = {}
        for node in nodes:
            for frontend in node.haproxy.frontends if node.haproxy else ():
                name = frontend.name
                if name is None or not name.value or id(frontend) in api or _is_statistics(frontend):
                    continue
                ports = _ports((frontend,))
                if ports:
                    by_name.setdefault(name.value, []).append(_Listener(node, frontend.label, _name(frontend), ports))
        yield from (listeners for listeners in by_name.values() if len(listeners) > 1)


def _ports(frontends: Sequence[Proxy]) -> dict[Range, BindAddress] | None:
    """The ports that are bound, each with its first place; None if one of them is not known."""
    ports: dict[Range, BindAddress] = {}
    for frontend in frontends:
        if not frontend.certain:
            return None
        for bind in frontend.binds:
            for address in bind.addresses:
                if address.kind != "ip":
                    continue
                if address.port_start is None or address.port_end is None:
                    return None
                ports.setdefault((address.port_start, address.port_end), address)
    return ports


def _is_statistics(frontend: Proxy) -> bool:
    return (
        frontend.has("stats") or frontend.has("monitor-uri") or "stat" in (frontend.name.raw if frontend.name else "")
    )


def _name(frontend: Proxy) -> Span:
    return frontend.name.span if frontend.name is not None else frontend.span


def _hit(listeners: Sequence[_Listener], odd: frozenset[Range], usual: frozenset[Range]) -> Hit:
    odd_listeners = [listener for listener in listeners if frozenset(listener.ports) == odd]
    others = [listener for listener in listeners if frozenset(listener.ports) == usual]
    first = odd_listeners[0]
    missing = usual - odd
    outcome = f"port {_shown(missing)} is closed" if missing else f"port {_shown(odd - usual)} is open only"
    where = "when the VIP is on" if missing else "while the VIP is on"
    return Hit(
        _place(first, odd - usual),
        f"{first.label} listens on {_shown(odd)} on {listed(s.node.name for s in odd_listeners)}, but on "
        f"{_shown(usual)} on {listed(o.node.name for o in others)}: {outcome} {where} {first.node.name}",
        help=f"bind the same ports on every node, such as {_shown(usual)}",
        note=f"{first.node.name}: {_shown(odd)}",
        related=[
            Related(_place(other, usual - odd), f"{other.node.name}: {_shown(frozenset(other.ports))}", other.node.name)
            for other in (*others, *odd_listeners[1:])
        ],
        node=first.node.name,
        fix=partial(_fix, odd_listeners, odd, usual),
    )


def _fix(listeners: Sequence[_Listener], odd: frozenset[Range], usual: frozenset[Range]) -> Fix | None:
    """The port that the other nodes have, where one port differs."""
    theirs, ours = usual - odd, odd - usual
    if len(theirs) != 1 or len(ours) != 1 or any(a != b for a, b in (*theirs, *ours)):
        return None
    port, old = next(iter(theirs))[0], next(iter(ours))
    places = [listener.ports[old] for listener in listeners]
    if any(not place.certain or place.raw.rpartition(":")[2] != str(old[0]) for place in places):
        return None
    steps = tuple(("write", place.span, f"{place.raw.rpartition(':')[0]}:{port}") for place in places)
    return Fix(f"bind port {port}", steps, safe=False)


def _shown(ports: frozenset[Range]) -> str:
    return listed(str(a) if a == b else f"{a}-{b}" for a, b in sorted(ports))


def _place(listener: _Listener, wanted: frozenset[Range]) -> Span:
    for ports, address in listener.ports.items():
        if ports in wanted:
            return address.span
    return listener.place
