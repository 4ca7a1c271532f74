"""K8012: keepalived in pods that need the API to be started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KEEPALIVED_PODS

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.fleet.cluster import Address, ClusterFiles


@rule("K8012", "keepalived-as-in-cluster-pod", Severity.WARNING, Scope.CLUSTER, needs=(KEEPALIVED_PODS,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The VIP of the endpoint is kept by keepalived in pods of a DaemonSet, Deployment or StatefulSet.

    Why it hurts: a kubelet learns from the API which of these pods it has to run, and it reaches the API through the
    VIP. After a power failure of all nodes nobody has the VIP, so no kubelet reaches the API, so no pod with keepalived
    is started: the cluster does not come back (aledbf/kube-keepalived-vip#90).

    How to fix: run keepalived on the machine itself, or as a static pod, which the kubelet starts without the API.

    Silent when: none of the VIPs in the files, nor the address of `controlPlaneEndpoint`, is among the pod's variables
    and arguments or in a ConfigMap of the files: then it is for another address, such as an ingress's. Also with k0s,
    RKE2, K3s and Talos, whose nodes can reach the API past the VIP.
    """
    if files.kubernetes is None or any(not config.endpoint_stays for config in files.control_planes):
        return
    wanted: dict[Address, tuple[Span, str | None]] = {
        vip: (place.span, place.node) for vip, place in files.vips().items()
    }
    for config in files.control_planes:
        if config.endpoint is not None and config.endpoint.address is not None:
            wanted.setdefault(config.endpoint.address, (config.endpoint.span, None))
    for pod in files.kubernetes.keepalived:
        addresses = {read_ip(word) for word in pod.words}
        vip = next((vip for vip in wanted if vip in addresses), None)
        if vip is not None:
            yield Hit(
                pod.image.span,
                f"keepalived in a {pod.kind} has the VIP {vip} of the API: after a power failure of all nodes, no "
                "kubelet reaches the API to learn that it has to start this pod",
                help="run keepalived on the machine, or as a static pod in /etc/kubernetes/manifests",
                related=[Related(wanted[vip][0], "the VIP", wanted[vip][1])],
            )
