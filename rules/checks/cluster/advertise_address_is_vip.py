"""K8014: a control-plane node with the VIP as its own address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.fleet.cluster import Address, ClusterFiles, StatedAt


@rule("K8014", "advertise-address-is-vip", Severity.ERROR, Scope.CLUSTER, needs=(INSTALLER,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """A control-plane node has the VIP as its own address.

    Why it hurts: each API server registers its address (kubeadm's and RKE2's `advertiseAddress`, k0s's
    `spec.api.address`) as an endpoint of the service `kubernetes`, and kubeadm puts it into etcd's addresses of this
    node. With the VIP there, the service has one endpoint instead of all, the second control-plane node gets the same
    addresses as the first, and etcd can't bind them while the VIP is elsewhere. The same holds for `node-ip` of RKE2
    and K3s, and k0s's `peerAddress`.

    How to fix: write the node's own address, or leave it out: then that of the default route is taken.

    Silent when: the address is none of the VIPs in the files, or a template.
    """
    vips = files.vips()
    for node in files.kubeadm_nodes:
        address = node.local.address
        if address is not None and address in vips:
            yield _hit("advertiseAddress", address, node.local.address_span, vips[address])
    for config in files.control_planes:
        for key, value in config.own_addresses():
            address = read_ip((value.text or "").strip())
            if address is not None and address in vips:
                yield _hit(key, address, value.span, vips[address])


def _hit(key: str, address: Address, span: Span, vip: StatedAt) -> Hit:
    return Hit(
        span,
        f"{key} is the VIP {address}: every control-plane node would register the same address, and "
        "etcd could not bind it on those without the VIP",
        help="write the node's own address",
        related=[Related(vip.span, "the VIP", vip.node)],
    )
