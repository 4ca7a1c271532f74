"""K8009: a kubelet beside the VIP that may take it for its node's address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KUBEADM

if TYPE_CHECKING:
    from parsers.facts.kubernetes import NodeConfiguration
    from rules.fleet.cluster import Address, ClusterFiles, StatedAt


@rule("K8009", "node-ip-may-be-vip", Severity.WARNING, Scope.CLUSTER, needs=(KUBEADM,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The kubelet of a control-plane node that can have the VIP has no `node-ip`, or the VIP as `node-ip` (error).

    Why it hurts: without `node-ip` the kubelet chooses an address of the machine by itself, and after a restart that
    may be the VIP: `kubectl logs` and `exec` then fail with a certificate error, or reach another node
    (kube-vip/kube-vip#741).

    How to fix: write the node's own address as the kubelet's argument `node-ip`, under
    `nodeRegistration.kubeletExtraArgs`: a list of name and value in v1beta4, a mapping in v1beta3.

    Silent when: the node's `advertiseAddress` is not the address of a load balancer in the files, so that the VIP is
    elsewhere; or a template fills the arguments.
    """
    own = {address: (name, place) for name, address, place in files.own_addresses()}
    vips = files.vips()
    for node in files.kubeadm_nodes:
        address = node.local.address
        argument = node.kubelet_argument("node-ip")
        if argument is not None:
            yield from _given(argument.text or "", vips, node)
        elif address is not None and address in own and vips and not node.arguments_dynamic:
            name, place = own[address]
            yield Hit(
                node.kind_span,
                f"the kubelet of {address} has no node-ip, and this is the load balancer {name}, which can have the "
                f"VIP {next(iter(vips))}: the kubelet may take that for the node's address",
                help=_help(node, address),
                related=[Related(place.span, "the load balancer", place.node)],
            )


def _given(text: str, vips: dict[Address, StatedAt], node: NodeConfiguration) -> Iterator[Hit]:
    argument = node.kubelet_argument("node-ip")
    for word in text.split(","):
        address = read_ip(word.strip())
        if address is not None and address in vips and argument is not None:
            yield Hit(
                argument.span,
                f"node-ip is the VIP {address}: the node loses its address when the VIP moves",
                help="write the node's own address",
                related=[Related(vips[address].span, "the VIP", vips[address].node)],
                severity=Severity.ERROR,
            )


def _help(node: NodeConfiguration, address: Address) -> str:
    version = node.value.get("apiVersion")
    old = version is not None and version.text is not None and version.text < "kubeadm.k8s.io/v1beta4"
    what = f"'node-ip: \"{address}\"'" if old else f"'- name: node-ip' with 'value: \"{address}\"'"
    return f"add {what} to nodeRegistration.kubeletExtraArgs"
