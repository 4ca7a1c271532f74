"""HA017: haproxy and the API server of one machine want the same port."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import PLAN
from rules.plan.model import KeyPath
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import BindAddress
    from parsers.source import Span
    from rules.fleet.cluster import ClusterFiles
    from rules.fleet.node import Node


@rule("HA017", "bind-public-wildcard-in-stacked-mode", Severity.ERROR, Scope.CLUSTER, needs=(PLAN,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """Haproxy listens on every address of a control-plane node, with the port of the API server there.

    Why it hurts: one of the two can't start: "cannot bind socket (Address already in use)" (measured with 2.6.12). If
    haproxy comes first, kubeadm waits for an API server that never listens. `haproxy -c` reports nothing.

    How to fix: another port, `bind *:8443`, which is then the endpoint's; or the VIP alone, `bind VIP:6443`.

    Silent when: halb.toml says neither `layout = "stacked"` nor gives the load balancer the address of a control-plane
    node; haproxy binds single addresses; or the node's own address is among the servers of the same frontend and its
    keepalived.conf tells it (see `server-is-this-node`).
    """
    for node in files.fleet.nodes:
        place = _on_control_plane(files, node)
        if place is None or node.haproxy is None or not node.haproxy.complete or _knows_itself(node):
            continue
        ports = {server.port for api in api_proxies(node.haproxy) for server in api.backend.servers if server.port}
        for address in _wildcards(node):
            port = next((port for port in sorted(ports) if address.covers_port(port)), None)
            if port is None:
                continue
            host = address.raw.rpartition(":")[0]
            yield Hit(
                address.span,
                f"haproxy on {node.name} listens on '{address.raw}', and the API server of this control-plane node has "
                f"port {port} already: the second of the two can't start",
                help=f"write '{host}:8443', and use the port in the endpoint, or bind the VIP alone",
                note="taken",
                fix=partial(Fix.write, address.span, f"{host}:8443", safe=False),
                related=[Related(place, "load balancer and control plane are one machine")],
                node=node.name,
            )
            break


def _on_control_plane(files: ClusterFiles, node: Node) -> Span | None:
    """Where halb.toml says that a load balancer is a control-plane node; None if it does not."""
    plan = files.plan
    if plan is None:
        return None
    layout = plan.values.get(KeyPath("cluster", 0, "layout"))
    if layout is not None and layout.value == "stacked":
        return layout.span
    own = [lb.address for lb in plan.load_balancers if lb.name.value == node.name and lb.address is not None]
    masters = {server.address.value for server in plan.control_plane if server.address is not None}
    return next((address.span for address in own if address.value in masters), None)


def _knows_itself(node: Node) -> bool:
    """Whether keepalived.conf has an address of the node that is among its servers."""
    instances = node.keepalived.instances if node.keepalived is not None else ()
    own = {source.value for i in instances if (source := i.unicast_src_ip) is not None and source.known}
    servers = [s for api in api_proxies(node.haproxy) for s in api.backend.servers] if node.haproxy is not None else []
    return any(server.address in own for server in servers if server.address is not None)


def _wildcards(node: Node) -> Iterator[BindAddress]:
    for frontend in node.haproxy.frontends if node.haproxy is not None else ():
        for bind in frontend.binds if frontend.certain and not frontend.disabled else ():
            if bind.certain and not bind.option("interface") and not bind.option("namespace"):
                yield from (address for address in bind.addresses if address.is_wildcard)
