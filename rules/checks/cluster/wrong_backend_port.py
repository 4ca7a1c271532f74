"""K8008: haproxy sends to another port than the one that the API server gets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KUBEADM
from rules.support.haproxy.api_listeners import api_servers

if TYPE_CHECKING:
    from rules.fleet.cluster import ClusterFiles


@rule("K8008", "wrong-backend-port", Severity.ERROR, Scope.CLUSTER, needs=(KUBEADM,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """A load balancer sends to a port of a control-plane node on which kubeadm will not start its API server.

    Why it hurts: the server is down for haproxy from the beginning, or something else answers there. The API server
    listens on `localAPIEndpoint.bindPort` of that node, 6443 without it.

    How to fix: write that port on the `server` line of every load balancer, or `bindPort` in kubeadm's configuration.

    Silent when: no `server` line has the node's `advertiseAddress`, one of them has the right port, or the server's
    port is a variable.
    """
    for config in files.control_plane:
        local = config.local
        if local.address is None or local.port is None:
            continue
        servers = [(node, server) for node, server in api_servers(files.fleet) if server.address == local.address]
        for node in dict.fromkeys(node for node, _ in servers):
            own = [server for at, server in servers if at is node]
            if any(server.port == local.port for server in own):
                continue
            yield Hit(
                own[0].address_span,
                f"haproxy on {node.name} sends to port {own[0].port} of {local.address}, but kubeadm starts the API "
                f"server there on port {local.port}",
                help=f"write port {local.port} here, on every load balancer, or bindPort: {own[0].port} for kubeadm",
                note=f"not {local.port}",
                related=[Related(local.port_span, f"port {local.port}")],
                node=node.name,
            )
