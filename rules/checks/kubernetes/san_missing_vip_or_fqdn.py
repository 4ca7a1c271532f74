"""K8003: API server certificates without the endpoint's name, or the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.live.views.wording import names_of
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Certificate, Probe
    from rules.live.views.view import LiveView


class _Node(NamedTuple):
    """A control-plane node whose certificate was seen."""

    target: Target
    certificate: Certificate


class _Missing(NamedTuple):
    """What is missing in a certificate: the endpoint's name ("" if it has it), and VIPs."""

    name: str
    vips: tuple[Target, ...]

    @property
    def missing(self) -> list[str]:
        return [*([self.name] if self.name else []), *(str(vip.address) for vip in self.vips)]


def _is_api(probe: Probe) -> bool:
    """Whether there is probably an API server: it answers, is not ready yet, or rejects the request."""
    return probe.alive or probe.contact is Contact.TLS or (probe.status or 0) >= 500


def _by_what_is_missing(view: LiveView) -> dict[_Missing, list[_Node]]:
    """The nodes whose certificates are missing a name or address, by what is missing."""
    found: dict[_Missing, list[_Node]] = {}
    for target in view.endpoint.control_plane:
        probe = view.probe(target)
        if probe is None or probe.certificate is None or not _is_api(probe):
            continue
        gap = _Missing(
            "" if probe.certificate.covers_name(view.name) else view.name,
            tuple(vip for vip in view.endpoint.vips if vip.address not in probe.certificate.addresses),
        )
        if gap.missing:
            found.setdefault(gap, []).append(_Node(target, probe.certificate))
    return found


def _message(gap: _Missing, nodes: list[_Node]) -> str:
    verb = "is" if len(nodes) == 1 else "are"
    whose = f"certificate{'' if len(nodes) == 1 else 's'} of {listed(node.target.label for node in nodes)} {verb}"
    if not gap.name:
        return f"the {whose} not for the VIP {listed(gap.missing, 'or')}: clients that connect by address refuse it"
    also = "".join(f", nor for the VIP {vip.address}" for vip in gap.vips)
    covered = names_of(nodes[0].certificate, 4)
    return (
        f"the {whose} not for the endpoint's name {gap.name}{also}, but for {covered}: every client that uses the "
        "name fails"
    )


@rule(
    "K8003",
    "san-missing-vip-or-fqdn",
    Severity.ERROR,
    Scope.KUBERNETES,
    needs=("network", "endpoint", "control-plane"),
)
def check(view: LiveView) -> Iterator[Hit]:
    """An API server's certificate lacks the endpoint's name (error), or the VIP's address (warning).

    Why it hurts: haproxy passes TLS through, so clients see the certificate of a control-plane node. Without the name
    among its subject alternative names kubelets, kubectl and controllers refuse it ("x509: certificate is valid for
    ..., not ..."). The VIP's address is needed only by clients that connect by address, for example while DNS is down.

    How to fix: add what is missing to `apiServer.certSANs` of kubeadm's ClusterConfiguration (ConfigMap kubeadm-config
    in kube-system). On each control-plane node, one after the other: move `apiserver.crt` and `apiserver.key` out of
    /etc/kubernetes/pki, run `kubeadm init phase certs apiserver --config FILE`, and restart the API server by moving
    its static pod's manifest out of /etc/kubernetes/manifests for 20 seconds. `kubeadm certs renew` does not help: it
    keeps the names (kubeadm's guide to certificate management). K3s and RKE2: `tls-san` in config.yaml.

    Silent when: the node was not queried or presents no certificate, or something other than an API server answers
    there (HO010); no VIP is known. HO011 reports what the VIP presents.
    """
    for gap, nodes in _by_what_is_missing(view).items():
        first, *others = nodes
        related = first.target.related("the same node")
        for node in others:
            related.append(Related(node.target.span, f"{node.target.name}: the same", node.target.node))
        yield Hit(
            first.target.span,
            _message(gap, nodes),
            help=f"add {listed(gap.missing)} to apiServer.certSANs in kubeadm's ClusterConfiguration; then per node: "
            "move apiserver.crt and apiserver.key out of /etc/kubernetes/pki, "
            "'kubeadm init phase certs apiserver --config FILE', restart the API server",
            note=f"for {names_of(first.certificate, 4)}",
            related=related,
            severity=None if gap.name else Severity.WARNING,
            node=first.target.node,
        )
