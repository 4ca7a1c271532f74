"""K8013: an address of the endpoint inside the networks of pods or services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KUBEADM
from rules.support.haproxy.api_listeners import api_servers

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.fleet.cluster import Address, ClusterFiles

_WHOSE = {"podSubnet": "pods", "serviceSubnet": "services"}


@rule("K8013", "endpoint-overlaps-cidrs", Severity.ERROR, Scope.CLUSTER, needs=(KUBEADM,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The VIP, a load balancer or a control-plane node has an address inside the networks of pods or services.

    Why it hurts: on the nodes of the cluster, ranges of the pods' network are routed to other nodes, and the services'
    addresses to pods. When the VIP is among them, kubelets lose the API. It may happen at once or, for services
    (a warning), on the day when one gets this address. Without `networking.serviceSubnet` kubeadm takes 10.96.0.0/12,
    which is 10.96.0.0 to 10.111.255.255.

    How to fix: before `kubeadm init`, choose other networks in `networking`; they can't be changed later.

    Silent when: a network is not written (but for that of services, which has a default) or is a template, or the
    configurations of several clusters were given.
    """
    cluster = files.cluster
    for key, network, span in cluster.subnets() if cluster is not None else ():
        inside: dict[Address, tuple[str, Span, str | None]] = {}
        for what, address, place, node in _addresses(files):
            if address.version == network.version and address in network:
                inside.setdefault(address, (what, place, node))
        if not inside:
            continue
        (address, (what, _, _)), *others = inside.items()
        more = f", as {'is' if len(others) == 1 else 'are'} {len(others)} more" if others else ""
        default = " (kubeadm's default)" if cluster is not None and span == cluster.kind_span else ""
        yield Hit(
            span,
            f"the {what} {address} is inside {network}{default}, the network of {_WHOSE[key]}{more}: nodes of the "
            f"cluster lose it when {_WHOSE[key]} get this address",
            help=f"choose another {key} under networking, before 'kubeadm init'",
            severity=None if key == "podSubnet" else Severity.WARNING,
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
