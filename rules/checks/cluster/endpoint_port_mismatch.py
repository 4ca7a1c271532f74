"""K8001: a port of the endpoint that haproxy does not listen on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER
from rules.support.haproxy.api_listeners import all_listeners, api_listeners
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.kubernetes import ControlPlaneConfig, HostPort, NeededPort
    from rules.fleet.cluster import ClusterFiles
    from rules.support.haproxy.api_listeners import Listeners

_QUOTES = "\"'"


@rule("K8001", "endpoint-port-mismatch", Severity.ERROR, Scope.CLUSTER, needs=(INSTALLER,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The endpoint has a port that haproxy does not listen on.

    Why it hurts: every kubelet, every kubeconfig and every node that joins use the endpoint with its port: kubeadm's
    `controlPlaneEndpoint` (6443 if none is written), Talos's `cluster.controlPlane.endpoint`, the port of `server` of
    RKE2 (9345) and K3s, and k0s's `port` at `externalAddress`. Where haproxy does not listen, the connection is
    refused. kubeadm's endpoint can't be changed later by supported means, so the mistake is easier to correct before
    `kubeadm init`. k0s needs two more ports on the load balancers, which is a warning: 9443, where controllers join,
    and 8132, without which `kubectl logs` and `exec` fail (k0s's documentation, "Control Plane High Availability").

    How to fix: write the port of haproxy's frontend in the endpoint; of a cluster that is there already, `bind` the
    endpoint's port in haproxy.cfg on every load balancer.

    Silent when: a node's frontends of the API or their ports are not all known, no node serves the API, or the
    configurations of several clusters were given. For `server` of RKE2 and K3s, when its host is neither the endpoint
    of halb.toml, nor a VIP, nor among `tls-san`: it may be a server itself, past the load balancers.
    """
    for config in files.control_planes:
        endpoint = config.endpoint
        if endpoint is None or (config.used_once and not _leads_to_load_balancers(files, config, endpoint)):
            continue
        for port in config.ports:
            found = api_listeners(files.fleet) if port.is_api else all_listeners(files.fleet)
            closed = [listeners for listeners in found if not listeners.covers(port.number)]
            if closed:
                yield _of_api(config, endpoint, port, closed) if port.is_api else _of_other(config, port, closed)


def _leads_to_load_balancers(files: ClusterFiles, config: ControlPlaneConfig, endpoint: HostPort) -> bool:
    wanted = files.plan.endpoint.value if files.plan is not None and files.plan.endpoint else None
    sans = {name.text.lower() for name in config.cert_sans or () if name.text is not None}
    return endpoint.host == wanted or endpoint.address in files.vips() or endpoint.host in sans


def _of_api(config: ControlPlaneConfig, endpoint: HostPort, port: NeededPort, closed: list[Listeners]) -> Hit:
    ports = sorted({number for listeners in closed for number in listeners.ports})
    names = listed(listeners.node.name for listeners in closed)
    elsewhere = port.span != endpoint.span
    implied = f"is used with port {port.number}" if elsewhere else f"has no port, so {port.number} is used"
    written = f"has port {port.number}" if endpoint.port is not None else implied
    name = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    key = config.endpoint_key.rpartition(".")[2]
    when, else_ = ("before 'kubeadm init', ", "; afterwards") if config.endpoint_stays else ("", ", or")
    scheme = "https://" if config.endpoint_is_url else ""
    what = f"port: {ports[0]}" if config.tool == "k0s" else f"{scheme}{name}:{ports[0]}"
    return Hit(
        port.span,
        f"the {key} '{endpoint.span.text.strip(_QUOTES)}' {written}, but for the API haproxy on {names} "
        f"listens on {listed(ports)}: who connects to the endpoint is refused",
        help=f"{when}write '{what}' here{else_} 'bind *:{port.number}' in haproxy.cfg, on every load balancer",
        note=f"port {port.number}",
        related=_places(closed),
        fix=partial(Fix.quoted, port.span, what) if port.span == endpoint.span and config.tool != "k0s" else None,
    )


def _of_other(config: ControlPlaneConfig, port: NeededPort, closed: list[Listeners]) -> Hit:
    names = listed(listeners.node.name for listeners in closed)
    return Hit(
        port.span,
        f"{config.tool} uses port {port.number} of the endpoint for {port.purpose}, but haproxy on {names} does not "
        "listen on it",
        help=f"add a frontend with 'bind *:{port.number}' to haproxy.cfg on every load balancer, and a backend with "
        f"port {port.number} of the control-plane nodes",
        note=f"port {port.number}",
        related=_places(closed),
        severity=Severity.ERROR if config.used_once else Severity.WARNING,
    )


def _places(closed: list[Listeners]) -> list[Related]:
    return [
        Related(listeners.addresses[0].span, f"{listeners.node.name}: here", listeners.node.name)
        for listeners in closed
    ]
