"""K8010: Calico may take the VIP for its node's address."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import CALICO
from rules.support.stacked import stacked_on

if TYPE_CHECKING:
    from parsers.facts.kubernetes import CalicoDetection
    from rules.fleet.cluster import Address, ClusterFiles


@rule("K8010", "cni-autodetect-may-pick-vip", Severity.WARNING, Scope.CLUSTER, needs=(CALICO,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """Calico looks for its node's address in a way that can find the VIP.

    Why it hurts: where keepalived runs on the control-plane nodes, the VIP is one more address of an interface.
    `first-found`, which Calico takes if nothing is written, and `cidr` take the first that fits, and after a restart
    that may be the VIP; to reach the VIP (`can-reach`), the kernel of the node that has it uses the VIP itself. Calico
    then gives up its old address, and pods of that node are cut off when the VIP moves (projectcalico/calico#5094).

    How to fix: take the address that the kubelet has: `kubernetes-internal-ip`, or in the operator's Installation
    `kubernetes: NodeInternalIP`.

    Silent when: no load balancer is known to be a control-plane node; no VIP is known, or not of this IP version; the
    `cidr` has none of them; other methods, such as `interface`, and templates.
    """
    machine = stacked_on(files)
    vips = files.vips()
    if files.kubernetes is None or machine is None:
        return
    name, _, place = machine
    for found in files.kubernetes.calico:
        for vip, vip_place in vips.items():
            if vip.version == found.version and _may_be(found, vip, files):
                written = f"'{found.method}'," + (" its default," if found.default else "")
                yield Hit(
                    found.span,
                    f"Calico finds its node's address by {written} which can be the VIP {vip} on {name}, a load "
                    "balancer and control-plane node",
                    help="write the method 'kubernetes-internal-ip' (Installation: 'kubernetes: NodeInternalIP')",
                    related=[
                        Related(vip_place.span, "the VIP", vip_place.node),
                        Related(place.span, "this machine", place.node),
                    ],
                )
                break


def _may_be(found: CalicoDetection, vip: Address, files: ClusterFiles) -> bool:
    if found.method == "first-found":
        return True
    if found.method == "can-reach":
        name = files.plan.endpoint.value if files.plan is not None and files.plan.endpoint else None
        return any(read_ip(value) == vip or (name is not None and value == name) for value in found.values)
    return found.method == "cidr" and any(_inside(vip, value) for value in found.values)


def _inside(vip: Address, text: str) -> bool:
    try:
        return vip in ip_network(text.strip(), strict=False)
    except ValueError:
        return False
