"""DN008: the name leads to a VIP that does not serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.live.views.accounts import name_span
from rules.live.views.destination import leads
from rules.live.views.records import initial_record, unready
from rules.live.views.wording import advice, met, names_of

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Probe
    from rules.live.views.view import LiveView

_UNHEARD = (Contact.TIMEOUT, Contact.UNREACHABLE)


@rule("DN008", "cutover-before-lb-ready", Severity.ERROR, Scope.DNS, needs=("network", "endpoint", "vip"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name leads to the VIP, and the VIP does not serve the API under that name.

    Why it hurts: every kubelet, every kubeconfig and `kubeadm join` go to the VIP from the moment the record is
    changed; until the load balancers answer there they have no API, and `kubeadm init` stops half-way. Changing the
    record back takes as long as its TTL.

    How to fix: set the record of the initial master back, and move the name when the VIP answers with a certificate
    for the name. When the cluster has been moved long ago, repair the load balancers.

    Silent when: the name does not lead to a VIP; the VIP was not asked, or answers with a certificate for the name,
    whatever the API behind it says (HO010); the initial master's certificate lacks the name as well (K8003). A
    warning when nothing of the cluster answers from here: then it may be the way there.
    """
    found = {address for lead in leads(view) for address in lead.addresses}
    for vip in view.endpoint.vips:
        probe = unready(view, vip) if vip.address in found else None
        if probe is None:
            continue
        yield Hit(
            vip.span,
            f"{view.name} leads to the {vip.label}, which does not serve the API: {_met(view, probe)}",
            help=f"set {initial_record(view)} until port {vip.port} of the VIP answers with a certificate for the "
            f"name; {_look(probe)}",
            note="not ready",
            related=[(name_span(view), "leads there already"), *vip.related("and here")],
            node=vip.node,
            severity=Severity.WARNING if _hears_nobody(view, vip) else None,
        )


def _met(view: LiveView, probe: Probe) -> str:
    if probe.certificate is not None:
        return f"its certificate is for {names_of(probe.certificate)}, not for {view.name}"
    return met(probe)


def _look(probe: Probe) -> str:
    if probe.certificate is not None:
        return "haproxy must hand TLS through ('mode tcp'), and the API servers' certificates must have the name"
    return advice(probe)


def _hears_nobody(view: LiveView, vip: Target) -> bool:
    """Whether all that was asked kept silent, so that the way there may be the reason."""
    probes = [probe for target in view.endpoint.targets if (probe := view.probe(target)) is not None]
    others = [probe for probe in probes if probe.address != vip.address]
    return bool(others) and all(probe.contact in _UNHEARD for probe in probes)
