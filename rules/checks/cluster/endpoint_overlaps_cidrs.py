"""K8013: an address of the endpoint inside the networks of pods or services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER
from rules.support.haproxy.api_listeners import api_servers

if TYPE_CHECKING:
    from parsers.facts.kubernetes import ClusterNetwork, ControlPlaneConfig
    from parsers.source import Span
    from rules.fleet.cluster import Address, ClusterFiles


@rule("K8013", "endpoint-overlaps-cidrs", Severity.ERROR, Scope.CLUSTER, needs=(INSTALLER,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The VIP, a load balancer or a control-plane node has an address inside the networks of pods or services.

    Why it hurts: on the nodes of the cluster, ranges of the pods' network are routed to other nodes, and the services'
    addresses to pods. When the VIP is among them, kubelets lose the API. It may happen at once or, for services
    (a warning), on the day when one gets this address. Where the file has no network, the installer takes its own:
    10.96.0.0/12 for services (10.96.0.0 to 10.111.255.255) with kubeadm, k0s and Talos, 10.244.0.0/16 for pods with k0s
    and Talos, 10.42.0.0/16 and 10.43.0.0/16 with RKE2 and K3s.

    How to fix: choose other networks before the first control-plane node is made; they can't be changed later.

    Silent when: kubeadm's network of pods is not written, a network is a template, or the configurations of several
    clusters were given.
    """
    for config in files.control_planes:
        for network in config.networks():
            yield from _inside(files, config, network)


def _inside(files: ClusterFiles, config: ControlPlaneConfig, found: ClusterNetwork) -> Iterator[Hit]:
    inside: dict[Address, tuple[str, Span, str | None]] = {}
    for what, address, place, node in _addresses(files):
        if address.version == found.network.version and address in found.network:
            inside.setdefault(address, (what, place, node))
    if not inside:
        return
    (address, (what, _, _)), *others = inside.items()
    more = f", as {'is' if len(others) == 1 else 'are'} {len(others)} more" if others else ""
    default = f" ({config.tool}'s default)" if found.default else ""
    whose = "pods" if found.for_pods else "services"
    above, _, key = found.key.rpartition(".")
    yield Hit(
        found.span,
        f"the {what} {address} is inside {found.network}{default}, the network of {whose}{more}: nodes of the "
        f"cluster lose it when {whose} get this address",
        help=f"choose another {key}{f' under {above}' if above else ''}, before "
        + ("'kubeadm init'" if config.endpoint_stays else "the first control-plane node is made"),
        severity=None if found.for_pods else Severity.WARNING,
        related=[Related(place, f"{word} {at}", node) for at, (word, place, node) in inside.items()],
    )


def _addresses(files: ClusterFiles) -> Iterator[tuple[str, Address, Span, str | None]]:
    for vip, place in files.vips().items():
        yield "VIP", vip, *place
    for name, address, place in files.own_addresses():
        yield f"load balancer {name}'s address", address, *place
    for node, server in api_servers(files.fleet):
        if server.address is not None:
            yield f"control-plane node {server.name.raw}'s address", server.address, server.address_span, node.name
