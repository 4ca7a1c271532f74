"""K8001: the port of kubeadm's controlPlaneEndpoint is not one that haproxy listens on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KUBEADM
from rules.plan.model import API_PORT
from rules.support.haproxy.api_listeners import api_listeners
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.fleet.cluster import ClusterFiles

_QUOTES = "\"'"


@rule("K8001", "endpoint-port-mismatch", Severity.ERROR, Scope.CLUSTER, needs=(KUBEADM,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The `controlPlaneEndpoint` has a port that haproxy does not listen on.

    Why it hurts: every kubelet, every kubeconfig and `kubeadm join` use the endpoint with its port, which is 6443 if
    none is written (kubeadm's API reference, v1beta4). Where haproxy does not listen, the connection is refused. The
    endpoint of a cluster can't be changed later by supported means, so the mistake is easier to correct before
    `kubeadm init`.

    How to fix: write the port of haproxy's frontend after the name in `controlPlaneEndpoint`; of a cluster that is
    there already, `bind` its port in haproxy.cfg on every load balancer.

    Silent when: a node's frontends of the API or their ports are not all known, no node serves the API, or the
    configurations of several clusters were given.
    """
    cluster = files.cluster
    endpoint = cluster.endpoint if cluster is not None else None
    if endpoint is None:
        return
    port = endpoint.port if endpoint.port is not None else API_PORT
    closed = [listeners for listeners in api_listeners(files.fleet) if not listeners.covers(port)]
    if not closed:
        return
    ports = sorted({number for listeners in closed for number in listeners.ports})
    names = listed(listeners.node.name for listeners in closed)
    written = f"has port {port}" if endpoint.port is not None else f"has no port, so {port} is used"
    name = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    yield Hit(
        endpoint.span,
        f"the controlPlaneEndpoint '{endpoint.span.text.strip(_QUOTES)}' {written}, but for the API haproxy on {names} "
        f"listens on {listed(ports)}: who connects to the endpoint is refused",
        help=f"before 'kubeadm init', write '{name}:{ports[0]}' here; afterwards 'bind *:{port}' in haproxy.cfg, on "
        "every load balancer",
        note=f"port {port}",
        related=[
            Related(listeners.addresses[0].span, f"{listeners.node.name}: here", listeners.node.name)
            for listeners in closed
        ],
    )
