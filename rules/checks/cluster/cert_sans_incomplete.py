"""K8015: certificates that will lack the endpoint's name, or the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.grammar.common import read_ip
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.fleet.cluster import INSTALLER

if TYPE_CHECKING:
    from parsers.facts.kubernetes import ControlPlaneConfig
    from parsers.kubernetes import YamlValue
    from rules.fleet.cluster import ClusterFiles


@rule("K8015", "cert-sans-incomplete", Severity.ERROR, Scope.CLUSTER, needs=(INSTALLER,))
def check(files: ClusterFiles) -> Iterator[Hit]:
    """The API servers' certificates will lack the endpoint's name of halb.toml (error), or the VIP (warning).

    Why it hurts: haproxy passes TLS through, so clients see the certificate of a control-plane node. Without the name
    among its subject alternative names, every client that uses it refuses the certificate. The VIP's address is needed
    only by clients that connect by address, for example while DNS is down. kubeadm itself adds the host of
    `controlPlaneEndpoint`, the node's name and its own address, and nothing else (kubeadm's implementation details);
    k0s adds `externalAddress`, Talos the host of its endpoint, RKE2 and K3s nothing that load balancers have.

    How to fix: add it to the list before the first control-plane node is made: `apiServer.certSANs` of kubeadm,
    `spec.api.sans` of k0s, `tls-san` of RKE2 and K3s on every server, `cluster.apiServer.certSANs` of Talos. Of a
    kubeadm cluster that is there already, the API servers' certificates have to be made anew (K8003 tells how, and
    looks at what they present).

    Silent when: an entry of the list is a template; several VIPs of one family are in the files, and no halb.toml says
    which one is the endpoint's; the configurations of several clusters were given; the file of RKE2 or K3s has no
    option that only servers have; the machine configuration of Talos is a worker's.
    """
    for config in files.control_planes:
        listed = config.cert_sans
        if listed is not None:
            yield from _lacking(files, config, {*config.implied_sans, *(name for i in listed for name in _names(i))})


def _lacking(files: ClusterFiles, config: ControlPlaneConfig, present: set[str]) -> Iterator[Hit]:
    wanted = files.plan.endpoint if files.plan else None
    key = config.sans_key.rpartition(".")[2]
    if wanted is not None and not _covered(wanted.value.lower(), present):
        yield Hit(
            config.cert_sans_span,
            f"the endpoint's name {wanted.value} is missing from {key}: the certificates will not be valid for it",
            help=f"add '{wanted.value}' to {config.sans_key}",
            related=[Related(wanted.span, "the endpoint's name")],
        )
    addresses = {address for name in present if (address := read_ip(name)) is not None}
    for vip, place in files.endpoint_vips().items():
        if vip not in addresses:
            yield Hit(
                config.cert_sans_span,
                f"the VIP {vip} is missing from {key}: clients that connect by address will refuse the certificate",
                help=f"add '{vip}' to {config.sans_key}",
                related=[Related(place.span, "the VIP", place.node)],
                severity=Severity.WARNING,
            )


def _names(item: YamlValue) -> list[str]:
    """The names of an entry, in lower case; RKE2 and K3s take several separated by commas."""
    return [name.strip().lower() for name in (item.text or "").split(",")]


def _covered(name: str, present: set[str]) -> bool:
    """Whether a name is in the list, or below one with an asterisk (RFC 6125: for one label, the first)."""
    return name in present or f"*.{name.partition('.')[2]}" in present
