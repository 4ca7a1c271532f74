"""DN012: the cluster resolves its own endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import IPAddress, Role
from rules.live.views.accounts import name_span
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.views.view import LiveView

# Where the cluster's own DNS answers by default.
_IN_CLUSTER = {
    "10.96.0.10": "CoreDNS of a kubeadm cluster",  # service CIDR 10.96.0.0/12, tenth address
    "10.43.0.10": "CoreDNS of a k3s or RKE2 cluster",  # --cluster-dns
    "10.152.183.10": "CoreDNS of a MicroK8s cluster",
    "10.233.0.3": "CoreDNS of a kubespray cluster",  # skydns_server
    "169.254.20.10": "NodeLocal DNSCache",  # the Kubernetes documentation's address
    "169.254.25.10": "NodeLocal DNSCache of a kubespray cluster",  # nodelocaldns_ip
}


@rule("DN012", "dns-served-by-the-cluster", Severity.WARNING, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """A resolver that should resolve the endpoint runs in the cluster that the endpoint belongs to.

    Why it hurts: after a power failure nothing comes up: the kubelets need the name to reach the API, the name needs
    the cluster's DNS, and the cluster's DNS needs the kubelets.

    How to fix: make the machines of the cluster use a resolver outside it; pods keep the cluster's DNS.

    Silent when: the resolver's address is neither the VIP nor one of those that kubeadm, k3s, RKE2, MicroK8s, kubespray
    and NodeLocal DNSCache use by default.
    """
    found: dict[str, str] = {}
    related: list[Related] = []
    for reply in view.dns.of(Role.RESOLVER):
        address = _address(reply.server.address)
        if address is None or reply.server.label in found:
            continue
        vip = next((vip for vip in view.endpoint.vips if vip.address == address), None)
        if vip is not None:
            found[reply.server.label] = "the VIP"
            related.append(Related(vip.span, "the VIP", vip.node))
        elif str(address) in _IN_CLUSTER:
            found[reply.server.label] = _IN_CLUSTER[str(address)]
    if not found:
        return
    shown = listed(f"{label} ({what})" for label, what in found.items())
    yield Hit(
        name_span(view),
        f"{view.name} is resolved by {shown}: the cluster can't start if its nodes need its own DNS to find it",
        help="make the machines use a resolver outside the cluster: 'nameserver' in /etc/resolv.conf, 'DNS=' of "
        "systemd-resolved",
        note="resolved by the cluster itself",
        related=related,
    )


def _address(text: str) -> IPAddress | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
