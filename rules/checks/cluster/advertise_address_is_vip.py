"""K8014: an API server that advertises the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KUBEADM

if TYPE_CHECKING:
    from rules.fleet.cluster import ClusterFiles


@rule("K8014", "advertise-address-is-vip", Severity.ERROR, Scope.CLUSTER, needs=(KUBEADM,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """An API server advertises the VIP as its own address.

    Why it hurts: each API server registers `advertiseAddress` as an endpoint of the service `kubernetes`, and kubeadm
    puts it into etcd's addresses of this node. With the VIP there, the service has one endpoint instead of all, the
    second control-plane node gets the same addresses as the first, and etcd can't bind them while the VIP is elsewhere.

    How to fix: write the node's own address, or leave `advertiseAddress` out: kubeadm takes that of the default route.

    Silent when: the address is none of the VIPs in the files, or a template.
    """
    vips = files.vips()
    for node in files.control_plane:
        address = node.local.address
        if address is not None and address in vips:
            place = vips[address]
            yield Hit(
                node.local.address_span,
                f"advertiseAddress is the VIP {address}: every control-plane node would register the same address, and "
                "etcd could not bind it on those without the VIP",
                help="write the node's own address",
                related=[Related(place.span, "the VIP", place.node)],
            )
