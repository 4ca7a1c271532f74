"""The servers that the load balancers send to: which machines and ports they are, and how soon haproxy gives one up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, NamedTuple

from rules.failover import Seconds
from wizard.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from parsers.facts.haproxy import Proxy, Server
    from rules.fleet import Node

IPAddress = IPv4Address | IPv6Address
_INTER, _FALL, _RISE = 2.0, 3, 2  # haproxy's defaults (configuration manual, 5.2)
_LINK_ALONE = 0.2
"""Seconds that a health check itself may take, besides its timeout."""


class PlayedServer(NamedTuple):
    """A server; haproxy.cfg calls it one of `labels`. `on`: the load balancer that it runs on, None for a machine of
    its own. `given_up`: seconds until every haproxy sends nothing to it any more once it does not answer, None where
    nothing checks it; `taken_back`: until all do again. `spare`: every backend that has it has another one too.
    """

    name: str
    address: IPAddress
    ports: tuple[int, ...]
    on: str | None
    given_up: Seconds | None
    taken_back: float
    labels: tuple[str, ...]
    spare: bool = False


def servers_of(
    nodes: Sequence[Node], own: Mapping[IPAddress, str], names: Mapping[IPAddress, str], notes: list[str]
) -> tuple[PlayedServer, ...]:
    """The servers that any haproxy.cfg names. `own`: the load balancers' addresses; `names`: those of halb.toml."""
    found: dict[tuple[IPAddress, str | None], list[tuple[Proxy, Server, int]]] = {}
    for node, backend, server in _lines(nodes):
        address, port = server.address, server.port or _port_of_clients(node, backend)
        if address is None or port is None or not server.certain or server.template:
            raise RehearsalError(
                f"{node.name}: line {server.span.line}: 'server {server.name_text} {server.address_text}' has no "
                "address and port that can be played; a rehearsal asks no name server: write its IP address"
            )
        on = node.name if address.is_loopback else own.get(address)
        found.setdefault((address, on), []).append((backend, server, port))
    if not found:
        raise RehearsalError("no haproxy.cfg has a server, so there is nothing to send clients to")
    return tuple(_server(address, on, lines, names) for (address, on), lines in found.items())


def _lines(nodes: Sequence[Node]) -> Iterator[tuple[Node, Proxy, Server]]:
    for node in nodes:
        for backend in node.haproxy.backends if node.haproxy is not None else ():
            for server in backend.servers if not backend.disabled else ():
                yield node, backend, server


def _port_of_clients(node: Node, backend: Proxy) -> int | None:
    """The port of a server line without one: the one that the client came to."""
    if node.haproxy is None:
        return None
    binds = (bind for frontend in node.haproxy.feeders(backend) for bind in frontend.binds)
    return next((a.port_start for bind in binds for a in bind.addresses if a.port_start is not None), None)


def _server(
    address: IPAddress, on: str | None, lines: Sequence[tuple[Proxy, Server, int]], names: Mapping[IPAddress, str]
) -> PlayedServer:
    labels = tuple(dict.fromkeys(server.name_text for _, server, _ in lines))
    name = names.get(address) or labels[0]
    checked = all(server.check for _, server, _ in lines)
    given_up = None
    if checked:
        bounds = [_until_down(backend, server) for backend, server, _ in lines]
        given_up = Seconds(0.0, max(bounds))
    taken_back = max(_until_up(backend, server) for backend, server, _ in lines)
    spare = all(sum(other.address != address for other in backend.servers) for backend, _, _ in lines)
    ports = tuple(sorted({port for _, _, port in lines}))
    return PlayedServer(name, address, ports, on, given_up, taken_back, labels, spare)


def _until_down(backend: Proxy, server: Server) -> float:
    """The longest that haproxy takes to mark a silent server DOWN: up to `inter` until the next health check, then
    `fall` of them, each as long as it may wait for an answer (configuration manual, `inter`, `timeout check`).
    """
    inter = _seconds(server, "inter", _INTER)
    fast = _seconds(server, "fastinter", inter)
    fall = server.fall.value if server.fall is not None and server.fall.value is not None else _FALL
    connect = min(inter, _timeout(backend, "connect", inter))
    patience = max(connect, _timeout(backend, "check", inter)) + _LINK_ALONE
    return inter + patience + (fall - 1) * (fast + patience)


def _until_up(backend: Proxy, server: Server) -> float:
    """The longest that haproxy takes to mark a server UP that answers again."""
    inter = _seconds(server, "inter", _INTER)
    down = _seconds(server, "downinter", inter)
    rise = server.rise.value if server.rise is not None and server.rise.value is not None else _RISE
    return _timeout(backend, "check", inter) + down + (rise - 1) * max(inter, _seconds(server, "fastinter", inter)) + 1


def _seconds(server: Server, name: str, usual: float) -> float:
    from parsers.facts.haproxy.options import as_seconds

    value = as_seconds(server.option(name))
    return usual if value is None or value.value is None else value.value


def _timeout(backend: Proxy, name: str, usual: float) -> float:
    value = backend.timeouts.get(name)
    return usual if value is None or value.value is None else value.value
