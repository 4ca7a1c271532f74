"""K8015: certSANs of kubeadm without the endpoint's name, or the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import KUBEADM

if TYPE_CHECKING:
    from parsers.facts.kubernetes import ClusterConfiguration
    from rules.fleet.cluster import ClusterFiles


@rule("K8015", "cert-sans-incomplete", Severity.ERROR, Scope.CLUSTER, needs=(KUBEADM,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The certificates that kubeadm is to make lack the endpoint's name of halb.toml (error), or the VIP (warning).

    Why it hurts: haproxy passes TLS through, so clients see the certificate of a control-plane node. Without the name
    among its subject alternative names, every client that uses it refuses the certificate. The VIP's address is needed
    only by clients that connect by address, for example while DNS is down. kubeadm itself adds the host of
    `controlPlaneEndpoint`, the node's name and its own address, and nothing else (kubeadm's implementation details).

    How to fix: add it to `apiServer.certSANs` before `kubeadm init`. Of a cluster that is there already, the API
    servers' certificates have to be made anew (K8003 tells how, and looks at what they present).

    Silent when: an entry of the list is a template; several VIPs of one family are in the files, and no halb.toml says
    which one is the endpoint's; the configurations of several clusters were given.
    """
    cluster = files.cluster
    present = _present(cluster) if cluster is not None else None
    if cluster is None or present is None or cluster.endpoint is None:
        return
    wanted = files.plan.endpoint if files.plan else None
    if wanted is not None and not _covered(wanted.value.lower(), present):
        yield Hit(
            cluster.cert_sans_span,
            f"the endpoint's name {wanted.value} is missing from certSANs: the certificates will not be valid for it",
            help=f"add '{wanted.value}' to apiServer.certSANs",
            related=[Related(wanted.span, "the endpoint's name")],
        )
    addresses = {address for name in present if (address := read_ip(name)) is not None}
    for vip, place in files.endpoint_vips().items():
        if vip not in addresses:
            yield Hit(
                cluster.cert_sans_span,
                f"the VIP {vip} is missing from certSANs: clients that connect by address will refuse the certificate",
                help=f"add '{vip}' to apiServer.certSANs",
                related=[Related(place.span, "the VIP", place.node)],
                severity=Severity.WARNING,
            )


def _present(cluster: ClusterConfiguration) -> set[str] | None:
    """What the certificates will be for, in lower case; None if that is not known."""
    listed = cluster.cert_sans
    if listed is None:
        return None
    names = {item.text.lower() for item in listed if item.text is not None}
    return names | ({cluster.endpoint.host} if cluster.endpoint is not None else set())


def _covered(name: str, present: set[str]) -> bool:
    """Whether a name is in the list, or below one with an asterisk (RFC 6125: for one label, the first)."""
    return name in present or f"*.{name.partition('.')[2]}" in present
