"""K8011: kube-proxy in mode ipvs answers for the VIP on every node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import IPVS

if TYPE_CHECKING:
    from rules.fleet.cluster import ClusterFiles


@rule("K8011", "kube-proxy-ipvs-strictarp", Severity.INFO, Scope.CLUSTER, needs=(IPVS,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """kube-proxy is in mode ipvs without `strictARP`, and a Service or MetalLB has the VIP.

    Why it hurts: in mode ipvs kube-proxy adds the addresses of Services, also the external ones, to an interface of
    every node, and without `strictARP` every node answers ARP requests for them. If the VIP is one of these addresses,
    all nodes answer for it, besides the load balancer that has it.

    How to fix: `strictARP: true` under `ipvs` of the KubeProxyConfiguration (RKE2, K3s, Talos: the argument
    `ipvs-strict-arp=true`); and take the VIP away from the Service, or out of MetalLB's pool.

    Silent when: the Services and pools in the files do not have the VIP, or none was given: mode ipvs alone does no
    harm to a VIP of keepalived's. Also for the modes iptables and nftables, and for templates.
    """
    facts = files.kubernetes
    vips = files.vips()
    for proxy in facts.ipvs if facts is not None else ():
        for found in facts.announced if facts is not None and proxy.strict_arp is False else ():
            vip = next((vip for vip in vips if found.has(vip)), None)
            if vip is not None:
                yield Hit(
                    proxy.span,
                    f"kube-proxy is in mode ipvs without strictARP, and {found.what} has the VIP {vip}: every node "
                    "answers ARP requests for it",
                    help="set strictARP: true under ipvs, and take the VIP away from Kubernetes",
                    related=[
                        Related(found.span, "with the VIP"),
                        Related(vips[vip].span, "the VIP", vips[vip].node),
                    ],
                )
                break
