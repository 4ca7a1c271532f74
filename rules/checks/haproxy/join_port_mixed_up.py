"""HA056: the API's port leads to the port for joining nodes, or the reverse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import API_PORT

if TYPE_CHECKING:
    from parsers.facts.haproxy import BindAddress, HaproxyConfig, Proxy

_JOIN_PORT = 9345
_OTHER = {API_PORT: _JOIN_PORT, _JOIN_PORT: API_PORT}
_WHAT = {API_PORT: "the Kubernetes API", _JOIN_PORT: "RKE2's registration of nodes"}


@rule("HA056", "join-port-mixed-up", Severity.WARNING, Scope.HAPROXY, words=("9345",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A frontend on 6443 sends to servers on 9345, or the reverse.

    Why it hurts: RKE2 has two services on each server: the Kubernetes API on 6443, and on 9345 the one with which
    nodes join (docs.rke2.io, "High Availability"). Both use TLS, so checks are green, but the other service
    answers: kubectl gets 404, or no node can join.

    How to fix: a backend of its own for each port; or no port on the servers and `check port 6443`, so that haproxy
    connects to the port that the client used.

    Silent when: the frontend or the servers use another port too, or a port depends on a variable or a condition.
    """
    for backend in config.backends:
        wanted = _ports_of_servers(backend)
        if len(wanted) != 1 or backend.disabled or not backend.certain:
            continue
        port = wanted.pop() or 0
        if port not in _OTHER:
            continue
        for frontend in config.feeders(backend):
            address = _only_address(frontend, _OTHER[port]) if _always(config, frontend, backend) else None
            if address is not None:
                yield _hit(frontend, backend, address, port)


def _ports_of_servers(backend: Proxy) -> set[int | None]:
    return {server.port if server.certain else None for server in backend.servers}


def _always(config: HaproxyConfig, frontend: Proxy, backend: Proxy) -> bool:
    """Whether the frontend has no other backend."""
    return frontend.certain and not frontend.disabled and all(t is backend for _, t in config.routes(frontend))


def _only_address(frontend: Proxy, port: int) -> BindAddress | None:
    """The first address of a frontend that listens on this port only."""
    found = [address for bind in frontend.binds for address in bind.addresses]
    return found[0] if found and all(a.port_start == a.port_end == port for a in found) else None


def _hit(frontend: Proxy, backend: Proxy, address: BindAddress, port: int) -> Hit:
    own = _OTHER[port]
    server = backend.servers[0]
    return Hit(
        address.span,
        f"{frontend.label} listens on {own}, the port of {_WHAT[own]}, but sends to port {port} of {backend.label}, "
        f"which is for {_WHAT[port]}",
        help=f"let {frontend.label} use a backend with port {own} on its servers",
        note=f"leads to {port}",
        related=[(server.address_span, f"port {port}")],
    )
