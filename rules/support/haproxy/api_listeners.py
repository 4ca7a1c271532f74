"""Where the nodes' haproxies listen for the Kubernetes API, and which servers they send it to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import Server
    from parsers.facts.haproxy.bind import BindAddress
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node


class Listeners(NamedTuple):
    """The addresses that one node's frontends of the API listen on; all of them are known."""

    node: Node
    addresses: tuple[BindAddress, ...]

    def covers(self, port: int) -> bool:
        """Whether one of them has the port."""
        return any(address.covers_port(port) for address in self.addresses)

    @property
    def ports(self) -> list[int]:
        """The ports, in order."""
        return sorted({address.port_start for address in self.addresses if address.port_start is not None})


def api_listeners(fleet: Fleet) -> list[Listeners]:
    """The nodes whose haproxy serves the API at ports that are all known."""
    found = []
    for node in fleet.nodes:
        if node.haproxy is None or not node.haproxy.complete:
            continue
        frontends = {id(f): f for api in api_proxies(node.haproxy) for f in api.frontends}.values()
        binds = [bind for frontend in frontends for bind in frontend.binds]
        addresses = [address for bind in binds for address in bind.addresses if address.kind == "ip"]
        known = all(frontend.certain for frontend in frontends) and all(bind.certain for bind in binds)
        if addresses and known and all(address.port_start is not None for address in addresses):
            found.append(Listeners(node, tuple(addresses)))
    return found


def all_listeners(fleet: Fleet) -> list[Listeners]:
    """The nodes of `api_listeners` with the addresses of all their proxies, where all of them are known."""
    found = []
    for node in (listeners.node for listeners in api_listeners(fleet)):
        proxies = node.haproxy.frontends if node.haproxy is not None else ()
        binds = [bind for proxy in proxies for bind in proxy.binds]
        addresses = [address for bind in binds for address in bind.addresses if address.kind == "ip"]
        known = all(proxy.certain for proxy in proxies) and all(bind.certain for bind in binds)
        if known and all(address.port_start is not None for address in addresses):
            found.append(Listeners(node, tuple(addresses)))
    return found


def api_servers(fleet: Fleet) -> Iterator[tuple[Node, Server]]:
    """The servers of the API with an address and a port that are known."""
    for node in fleet.nodes:
        for api in api_proxies(node.haproxy) if node.haproxy is not None else ():
            for server in api.backend.servers:
                if server.address is not None and server.port is not None and not server.template:
                    yield node, server
