"""XN207: a server's address is the VIP's, or this node's own, on a port that haproxy listens on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import BindAddress, HaproxyConfig, Proxy, Server
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.source import Span
    from rules.fleet.node import Node

    Known = dict[object, tuple[Span, bool]]


@rule("XN207", "server-is-this-node", Severity.ERROR, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """A server has the VIP or this node's own address, with a port on which haproxy itself listens there.

    Why it hurts: if an API server runs on this node and has the port, haproxy can't start ("cannot bind socket
    (Address already in use)"). If none does, the connection arrives at haproxy again, which opens another one,
    until there are no file descriptors left (19,983 in two seconds, measured with 2.6.12). With the VIP it happens
    on whichever node holds it. `haproxy -c` reports neither.

    How to fix: on control-plane nodes let haproxy listen on another port, such as `bind *:8443`, and use it in the
    endpoint; never list the VIP among the servers.

    Silent when: haproxy's frontend for that port does not lead to the server, or is bound to another address, or
    the node's address is not known (no `unicast_src_ip` or `mcast_src_ip`). The same address in `bind` and `server`
    is HA013's.
    """
    haproxy, keepalived = node.haproxy, node.keepalived
    if haproxy is None or keepalived is None:
        return
    known = _addresses(keepalived)
    for backend in haproxy.backends if known else ():
        if not backend.certain or backend.disabled:
            continue
        for server in backend.servers:
            if server.address in known and not server.disabled and not server.option("namespace"):
                bound = _bound(haproxy, backend, server)
                if bound is not None:
                    yield _hit(node, backend, server, bound, *known[server.address])
                    break


def _addresses(config: KeepalivedConfig) -> Known:
    """The machine's own addresses and its VIPs, each with its place and whether it is a VIP."""
    found: Known = {}
    for instance in config.instances:
        for vip in (*instance.vips, *instance.excluded_vips):
            if vip.certain and vip.address is not None:
                found.setdefault(vip.address, (vip.span, True))
        for value in (instance.unicast_src_ip, instance.mcast_src_ip):
            if value is not None and value.known:
                found.setdefault(value.value, (value.span, False))
    return found


def _bound(config: HaproxyConfig, backend: Proxy, server: Server) -> BindAddress | None:
    """Where haproxy listens for this backend on every address, so that the server's is among them."""
    port, address = server.port, server.address
    if port is None or address is None:
        return None
    for frontend in config.feeders(backend):
        for bind in frontend.binds if frontend.certain and not frontend.disabled else ():
            if not bind.certain or bind.option("interface") or bind.option("namespace"):
                continue
            for bound in bind.addresses:
                dual = bound.family == 6 and bind.option("v6only") is None
                if bound.is_wildcard and bound.covers_port(port) and (bound.family == address.version or dual):
                    return bound
    return None


def _hit(node: Node, backend: Proxy, server: Server, bound: BindAddress, place: Span, is_vip: bool) -> Hit:
    whose = "the VIP" if is_vip else "this node's own address"
    if is_vip:
        outcome = "on the node that holds it, haproxy connects to itself until it runs out of file descriptors"
        advice = "remove the line"
    else:
        outcome = (
            f"an API server on this node has port {server.port} already, so haproxy can't start; without one, haproxy "
            "connects to itself"
        )
        host = bound.raw.rpartition(":")[0]
        advice = f"let haproxy listen on another port, such as '{host}:8443', and use it in the endpoint"
    return Hit(
        server.address_span,
        f"server '{server.name.raw}' of {backend.label} is {server.address}, {whose}, and haproxy listens on "
        f"'{bound.raw}' for this backend: {outcome}",
        help=advice,
        note=whose,
        related=[(bound.span, "haproxy listens here"), (place, whose)],
        fix=partial(Fix.remove, server.span, safe=False) if is_vip else None,
        node=node.name,
    )
