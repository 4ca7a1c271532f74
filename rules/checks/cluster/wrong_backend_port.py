"""K8008: haproxy sends to another port than that of the API servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER
from rules.support.haproxy.api_listeners import api_servers
from rules.support.haproxy.routing import API_PORT

if TYPE_CHECKING:
    from parsers.facts.haproxy import Server
    from parsers.source import Span
    from rules.fleet.cluster import ClusterFiles
    from rules.fleet.node import Node

JOIN_PORT = 9345


@rule("K8008", "wrong-backend-port", Severity.ERROR, Scope.CLUSTER, needs=(INSTALLER,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """A load balancer sends to a port on which there will be no API server, or RKE2's nodes join by the API's port.

    Why it hurts: the server is down for haproxy from the beginning, or something else answers there. The API server
    listens on `localAPIEndpoint.bindPort` of a node with kubeadm, `spec.api.port` with k0s, `https-listen-port` with
    K3s, `localAPIServerPort` with Talos; 6443 without it. RKE2's servers let nodes join on 9345, and what answers on
    6443 is the API, which knows nothing of that: the node waits for ever.

    How to fix: write that port on the `server` line of every load balancer, or the load balancers' port in the
    installer's file. For RKE2, `server: https://NAME:9345`, and a frontend for 9345.

    Silent when: no `server` line has the node's `advertiseAddress` (kubeadm), one of them has the right port, or the
    server's port is a variable. Of RKE2's `server`, when nothing shows that it is RKE2's and not K3s's.
    """
    for node_config in files.kubeadm_nodes:
        local = node_config.local
        if local.address is not None and local.port is not None:
            servers = [(node, server) for node, server in api_servers(files.fleet) if server.address == local.address]
            yield from _elsewhere(servers, local.port, local.port_span, "kubeadm", f" of {local.address}")
    for config in files.control_planes:
        if config.api_port is not None:
            yield from _elsewhere(list(api_servers(files.fleet)), *config.api_port, config.tool)
        endpoint = config.endpoint
        if config.tool == "RKE2" and endpoint is not None and endpoint.address is None and endpoint.port == API_PORT:
            yield Hit(
                endpoint.span,
                f"server has port {API_PORT}, where RKE2 has the API: nodes join on port {JOIN_PORT}",
                help=f"write 'https://{endpoint.host}:{JOIN_PORT}', and let haproxy listen on {JOIN_PORT}",
                note=f"not {JOIN_PORT}",
            )


def _elsewhere(servers: Sequence[tuple[Node, Server]], port: int, span: Span, tool: str, of: str = "") -> Iterator[Hit]:
    """Of each node, its first server, if none of these has the port."""
    for node in dict.fromkeys(node for node, _ in servers):
        own = [server for at, server in servers if at is node]
        if any(server.port == port for server in own):
            continue
        key = "bindPort" if tool == "kubeadm" else "the port"
        yield Hit(
            own[0].address_span,
            f"haproxy on {node.name} sends to port {own[0].port}{of}, but {tool} starts the API "
            f"server{' there' if of else 's'} on port {port}",
            help=f"write port {port} here, on every load balancer, or {key}: {own[0].port} for {tool}",
            note=f"not {port}",
            related=[Related(span, f"port {port}")],
            node=node.name,
        )
