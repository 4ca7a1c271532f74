"""K8003: the API servers' certificates lack the endpoint's name, or the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

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


class _Lack(NamedTuple):
    """What a certificate does not have: the endpoint's name ("" when it has it), and VIPs."""

    name: str
    vips: tuple[Target, ...]

    @property
    def missing(self) -> list[str]:
        return [*([self.name] if self.name else []), *(str(vip.address) for vip in self.vips)]


def _is_api(probe: Probe) -> bool:
    """Whether an API server may well be there: it answers, is not ready yet, or lets nobody in."""
    return probe.alive or probe.contact is Contact.TLS or (probe.status or 0) >= 500


def _lacking(view: LiveView) -> dict[_Lack, list[_Node]]:
    """The nodes whose certificates have a lack, by what is lacking."""
    found: dict[_Lack, list[_Node]] = {}
    for target in view.endpoint.control_plane:
        probe = view.probe(target)
        if probe is None or probe.certificate is None or not _is_api(probe):
            continue
        lack = _Lack(
            "" if probe.certificate.covers_name(view.name) else view.name,
            tuple(vip for vip in view.endpoint.vips if vip.address not in probe.certificate.addresses),
        )
        if lack.missing:
            found.setdefault(lack, []).append(_Node(target, probe.certificate))
    return found


def _message(lack: _Lack, nodes: list[_Node]) -> str:
    verb = "is" if len(nodes) == 1 else "are"
    whose = f"certificate{'' if len(nodes) == 1 else 's'} of {listed(node.target.label for node in nodes)} {verb}"
    if not lack.name:
        return f"the {whose} not for the VIP {listed(lack.missing, 'or')}: who connects by address refuses it"
    also = "".join(f", nor for the VIP {vip.address}" for vip in lack.vips)
    holds = names_of(nodes[0].certificate, 4)
    return (
        f"the {whose} not for the endpoint's name {lack.name}{also}, but for {holds}: every client by that name fails"
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
    ..., not ..."). The VIP's address is needed only by who connects by address, as one does when DNS is down.

    How to fix: add what is missing to `apiServer.certSANs` of kubeadm's ClusterConfiguration (ConfigMap kubeadm-config
    in kube-system). On each control-plane node, one after the other: move `apiserver.crt` and `apiserver.key` out of
    /etc/kubernetes/pki, run `kubeadm init phase certs apiserver --config FILE`, and restart the API server by moving
    its static pod's manifest out of /etc/kubernetes/manifests for 20 seconds. `kubeadm certs renew` does not help: it
    keeps the names (kubeadm's guide to certificate management). K3s and RKE2: `tls-san` in config.yaml.

    Silent when: the node was not asked or shows no certificate, or something else than an API server answers there
    (HO010 says so); no VIP is known. What comes through the VIP is HO011's.
    """
    for lack, nodes in _lacking(view).items():
        first, *others = nodes
        related = first.target.related("the same node")
        for node in others:
            related.append(Related(node.target.span, f"{node.target.name}: the same", node.target.node))
        yield Hit(
            first.target.span,
            _message(lack, nodes),
            help=f"add {listed(lack.missing)} to apiServer.certSANs in kubeadm's ClusterConfiguration; then per node: "
            "move apiserver.crt and apiserver.key out of /etc/kubernetes/pki, "
            "'kubeadm init phase certs apiserver --config FILE', restart the API server",
            note=f"for {names_of(first.certificate, 4)}",
            related=related,
            severity=None if lack.name else Severity.WARNING,
            node=first.target.node,
        )
