"""HA013: haproxy is its own server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import BindAddress, HaproxyConfig, Proxy, Server

_LOCAL_NAMES = ("localhost", "localhost.", "ip6-localhost")


@rule("HA013", "backend-loops-to-self", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A server's address is one that haproxy itself listens on, through a frontend that leads back to this backend.

    Why it hurts: every connection makes haproxy connect to itself, which opens another one, until it has no file
    descriptors left: one client used 19,983 of them in two seconds (measured with haproxy 2.6.12). It happens on
    control-plane nodes where haproxy took the API server's port, and `haproxy -c` does not report it.

    How to fix: give haproxy another port (8443, 16443), or write the real server's address.

    Silent when: haproxy's frontend for that address does not lead to this backend (one proxy behind another is
    common), the `bind` is restricted to an interface or a namespace, or the address is a name other than
    localhost.
    """
    for backend in config.backends:
        frontends = config.feeders(backend)
        if not frontends or not backend.certain:
            continue
        own = [address for frontend in frontends for address in _addresses(frontend)]
        if not own:
            continue
        single = {address.port_start for address in own} if all(a.port_start == a.port_end for a in own) else None
        for server in backend.servers:
            port = server.port
            if port is None or (single is not None and port not in single):
                continue
            address = next((a for a in own if _reaches(server, a)), None)
            if address is not None:
                yield _hit(server, address, backend)


def _addresses(frontend: Proxy) -> Iterator[BindAddress]:
    for bind in frontend.binds:
        if bind.certain and not bind.option("interface") and not bind.option("namespace"):
            yield from bind.addresses


def _reaches(server: Server, bound: BindAddress) -> bool:
    """Whether a connection to the server certainly arrives at the bound address."""
    port = server.port
    if port is None or not bound.covers_port(port) or server.option("namespace") or server.disabled:
        return False
    address = server.address
    if address is not None and address == bound.address:
        return not address.is_unspecified
    local = address.is_loopback if address is not None else (server.host.value or "").lower() in _LOCAL_NAMES
    if not local:
        return False
    if bound.is_wildcard:
        # A wildcard of one family does not answer on the other's loopback; names may be either.
        return address is None or bound.family in (None, address.version, 6)
    return bound.address is not None and bound.address.is_loopback and address is None


def _hit(server: Server, bound: BindAddress, backend: Proxy) -> Hit:
    return Hit(
        server.address_span,
        f"server '{server.name.raw}' of {backend.label} is '{server.host.raw}', where haproxy itself listens for this "
        f"backend ('bind {bound.raw}'): each connection opens another one to haproxy until it runs out of file "
        "descriptors",
        help="let haproxy listen on another port, or write the address of the real server",
        note="haproxy itself",
        related=[(bound.span, "haproxy listens here")],
    )
