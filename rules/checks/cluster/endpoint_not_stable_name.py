"""K8002: an endpoint that is tied to one machine, or that can't be moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER, StatedAt
from rules.plan.ports import endpoint_port
from rules.support.haproxy.api_listeners import api_listeners, api_servers

if TYPE_CHECKING:
    from parsers.facts.kubernetes import ControlPlaneConfig, HostPort
    from rules.fleet.cluster import Address, ClusterFiles


@rule("K8002", "endpoint-not-stable-name", Severity.WARNING, Scope.CLUSTER, needs=(INSTALLER,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The cluster has no endpoint, or one that belongs to a single machine.

    Why it hurts: without `controlPlaneEndpoint` kubeadm writes the first control-plane node's own address into every
    kubeconfig, and refuses to join further control-plane nodes; without `externalAddress` k0s's workers use one
    controller. With the address or name of one machine the load balancers are passed by or the cluster depends on that
    machine. Turning a cluster of kubeadm's into one with an endpoint is not supported (kubernetes/kubeadm#1955).

    How to fix: before the first control-plane node is made, write a DNS name of the endpoint's own. Its record can be
    moved later: to the first control-plane node at first, then to the VIP, or to another VIP.

    Silent when: the endpoint is a name that is no machine's in halb.toml, an address that is nobody's in the files, or
    a template; no load balancer is known; k0s balances by itself. The VIP itself as kubeadm's endpoint works, and is
    an info: it can't be changed. So is one machine as `server` of RKE2 or K3s, by which nodes only join.
    """
    for config in files.control_planes:
        if config.lacks_endpoint:
            yield from _missing(files, config)
        elif config.endpoint is not None:
            yield from _of_one_machine(files, config, config.endpoint)


def _missing(files: ClusterFiles, config: ControlPlaneConfig) -> Iterator[Hit]:
    if not api_listeners(files.fleet) and not files.vips():
        return
    key = config.endpoint_key.rpartition(".")[2]
    if config.endpoint_stays:
        why = "kubeadm gives every client the address of the first control-plane node"
        help_ = f"before 'kubeadm init', add '{key}: {_name(files)}:{_port(files)}'"
    else:
        why = f"{config.tool} gives its nodes the address of one controller"
        help_ = f"add '{config.endpoint_key}: {_name(files)}'"
    yield Hit(config.kind_span, f"there is no {key}: {why}, past the load balancers{_later(config)}", help=help_)


def _of_one_machine(files: ClusterFiles, config: ControlPlaneConfig, endpoint: HostPort) -> Iterator[Hit]:
    machine = _of_address(files, endpoint.address) if endpoint.address is not None else _of_name(files, endpoint.host)
    vip = files.vips().get(endpoint.address) if endpoint.address is not None else None
    key = config.endpoint_key.rpartition(".")[2]
    if vip is not None and config.endpoint_stays:
        yield Hit(
            endpoint.span,
            f"the {key} is the VIP {endpoint.address} itself: kubeadm can't change it later, so the VIP has to stay "
            "for ever",
            help=_help(files, config, endpoint),
            related=[Related(vip.span, "the VIP", vip.node)],
            severity=Severity.INFO,
        )
    elif vip is None and machine is not None:
        word, place = machine
        what = (
            f"{endpoint.address} is the address" if endpoint.address is not None else f"'{endpoint.host}' is the name"
        )
        effect = "no node can join while this machine is down" if config.used_once else (
            "the whole cluster depends on this machine")  # fmt: skip
        yield Hit(
            endpoint.span,
            f"the {key} {what} of the {word}: {effect}{_later(config)}",
            help=_help(files, config, endpoint),
            related=[Related(place.span, "this machine", place.node)],
            severity=Severity.INFO if config.used_once else None,
        )


def _help(files: ClusterFiles, config: ControlPlaneConfig, endpoint: HostPort) -> str:
    port = endpoint.port or _port(files)
    form = {"kubeadm": "{}:{}", "k0s": "{}"}.get(config.tool, "https://{}:{}").format(_name(files), port)
    when = "before 'kubeadm init', write" if config.endpoint_stays else "write"
    return f"{when} a name, such as '{form}', and let it lead to the VIP"


def _later(config: ControlPlaneConfig) -> str:
    return ", and kubeadm can't change it later" if config.endpoint_stays else ""


def _name(files: ClusterFiles) -> str:
    return files.plan.endpoint.value if files.plan and files.plan.endpoint else "kube.example.com"


def _port(files: ClusterFiles) -> int:
    return endpoint_port(files.plan)


def _of_address(files: ClusterFiles, address: Address) -> tuple[str, StatedAt] | None:
    """The single machine that has this address: what it is, and where that is said."""
    return next(((word, place) for word, owned, place in _owned(files) if owned == address), None)


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
    for config in files.kubeadm_nodes:
        if config.local.address is not None:
            yield "first control-plane node", config.local.address, StatedAt(config.local.address_span)


def _of_name(files: ClusterFiles, host: str) -> tuple[str, StatedAt] | None:
    """The machine of halb.toml that has this name, up to the first dot."""
    if files.plan is None or (files.plan.endpoint is not None and files.plan.endpoint.value == host):
        return None
    names = [(f"control-plane node {node.name.value}", node.name) for node in files.plan.control_plane]
    names += [(f"load balancer {lb.name.value}", lb.name) for lb in files.plan.load_balancers]
    short = host.partition(".")[0]
    return next(((word, StatedAt(name.span)) for word, name in names if name.value.lower() in (host, short)), None)
