"""K8002: an endpoint that is tied to one machine, or that can't be moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KUBEADM, StatedAt
from rules.plan.model import API_PORT
from rules.support.haproxy.api_listeners import api_listeners, api_servers

if TYPE_CHECKING:
    from parsers.facts.kubernetes import HostPort
    from rules.fleet.cluster import Address, ClusterFiles

_LATER = "kubeadm can't change it later"


@rule("K8002", "endpoint-not-stable-name", Severity.WARNING, Scope.CLUSTER, needs=(KUBEADM,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The cluster has no `controlPlaneEndpoint`, or one that belongs to a single machine.

    Why it hurts: without `controlPlaneEndpoint` kubeadm writes the first control-plane node's own address into every
    kubeconfig, and refuses to join further control-plane nodes; with the address or name of one machine the load
    balancers are passed by or the cluster depends on that machine. Turning such a cluster into one with an endpoint is
    not supported (kubernetes/kubeadm#1955).

    How to fix: before `kubeadm init`, write a DNS name of the endpoint's own. Its record can be moved later: to the
    first control-plane node at first, then to the VIP, or to another VIP.

    Silent when: the endpoint is a name that is no machine's in halb.toml, an address that is nobody's in the files, or
    a template; no load balancer is known. The VIP itself as endpoint works, and is an info: it can't be changed.
    """
    cluster = files.cluster
    if cluster is None:
        return
    name = files.plan.endpoint.value if files.plan and files.plan.endpoint else "kube.example.com"
    port = files.plan.port.value if files.plan and files.plan.port else API_PORT
    if cluster.endpoint_value is None:
        if api_listeners(files.fleet) or files.vips():
            yield Hit(
                cluster.kind_span,
                "there is no controlPlaneEndpoint: kubeadm gives every client the address of the first control-plane "
                f"node, past the load balancers, and {_LATER}",
                help=f"before 'kubeadm init', add 'controlPlaneEndpoint: {name}:{port}'",
            )
        return
    endpoint = cluster.endpoint
    if endpoint is None:
        return
    help_ = f"before 'kubeadm init', write a name, such as '{name}:{endpoint.port or port}', and let it lead to the VIP"
    if endpoint.address is not None:
        yield from _of_address(files, endpoint, endpoint.address, help_)
    elif machine := _machine(files, endpoint.host):
        word, span = machine
        yield Hit(
            endpoint.span,
            f"the controlPlaneEndpoint '{endpoint.host}' is the name of the {word}: the whole cluster depends on this "
            f"machine, and {_LATER}",
            help=help_,
            related=[Related(span.span, "this machine", span.node)],
        )


def _of_address(files: ClusterFiles, endpoint: HostPort, address: Address, help_: str) -> Iterator[Hit]:
    vip = files.vips().get(address)
    if vip is not None:
        yield Hit(
            endpoint.span,
            f"the controlPlaneEndpoint is the VIP {address} itself: {_LATER}, so the VIP has to stay for ever",
            help=help_,
            related=[Related(vip.span, "the VIP", vip.node)],
            severity=Severity.INFO,
        )
        return
    for word, owned, place in _owned(files):
        if owned == address:
            yield Hit(
                endpoint.span,
                f"the controlPlaneEndpoint {address} is the address of the {word}: the whole cluster depends on this "
                f"machine, and {_LATER}",
                help=help_,
                related=[Related(place.span, "this machine", place.node)],
            )
            return


def _owned(files: ClusterFiles) -> Iterator[tuple[str, Address, StatedAt]]:
    """The addresses of single machines, with what the machine is."""
    for name, address, place in files.own_addresses():
        yield f"load balancer {name}", address, place
    for node in files.plan.control_plane if files.plan else ():
        if node.address is not None:
            yield f"control-plane node {node.name.value}", node.address.value, StatedAt(node.address.span)
    for at, server in api_servers(files.fleet):
        if server.address is not None:
            yield f"control-plane node {server.name.raw}", server.address, StatedAt(server.address_span, at.name)
    for config in files.control_plane:
        if config.local.address is not None:
            yield "first control-plane node", config.local.address, StatedAt(config.local.address_span)


def _machine(files: ClusterFiles, host: str) -> tuple[str, StatedAt] | None:
    """The machine of halb.toml that has this name, up to the first dot."""
    if files.plan is None or (files.plan.endpoint is not None and files.plan.endpoint.value == host):
        return None
    names = [(f"control-plane node {node.name.value}", node.name) for node in files.plan.control_plane]
    names += [(f"load balancer {lb.name.value}", lb.name) for lb in files.plan.load_balancers]
    short = host.partition(".")[0]
    return next(((word, StatedAt(name.span)) for word, name in names if name.value.lower() in (host, short)), None)
