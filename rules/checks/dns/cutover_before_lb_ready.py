"""DN008: the name points to a VIP that does not serve the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.live.views.accounts import name_span
from rules.live.views.destination import leads
from rules.live.views.records import initial_record, unready
from rules.live.views.wording import advice, names_of, probe_words

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Probe
    from rules.live.views.view import LiveView

_NO_ANSWER = (Contact.TIMEOUT, Contact.UNREACHABLE)


@rule("DN008", "cutover-before-lb-ready", Severity.ERROR, Scope.DNS, needs=("network", "endpoint", "vip"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name points to the VIP, but the VIP does not serve the API under that name.

    Why it hurts: every kubelet, every kubeconfig and `kubeadm join` go to the VIP from the moment the record is
    changed; until the load balancers answer there they can't reach the API, and `kubeadm init` stops half-way. Changing
    the record back takes as long as its TTL.

    How to fix: point the record back to the initial master, and move the name once the VIP answers with a certificate
    for the name. If the cutover was long ago, repair the load balancers.

    Silent when: the name does not point to a VIP; the VIP was not queried, or answers with a certificate for the name,
    whatever the API behind it returns (HO010); the initial master's certificate lacks the name as well (K8003). It is a
    warning if nothing of the cluster answers from here: then the network in between may be the cause.
    """
    found = {address for lead in leads(view) for address in lead.addresses}
    for vip in view.endpoint.vips:
        probe = unready(view, vip) if vip.address in found else None
        if probe is None:
            continue
        yield Hit(
            vip.span,
            f"{view.name} points to the {vip.label}, which does not serve the API: {_found(view, probe)}",
            help=f"set {initial_record(view)} until port {vip.port} of the VIP answers with a certificate for the "
            f"name; {_fix(probe)}",
            note="not ready",
            related=[(name_span(view), "already points there"), *vip.related("and here")],
            node=vip.node,
            severity=Severity.WARNING if _all_silent(view, vip) else None,
        )


def _found(view: LiveView, probe: Probe) -> str:
    if probe.certificate is not None:
        return f"its certificate is for {names_of(probe.certificate)}, not for {view.name}"
    return probe_words(probe)


def _fix(probe: Probe) -> str:
    if probe.certificate is not None:
        return "haproxy must pass TLS through ('mode tcp'), and the API servers' certificates must have the name"
    return advice(probe)


def _all_silent(view: LiveView, vip: Target) -> bool:
    """Whether nothing that was queried answered, so that the network in between may be the cause."""
    probes = [probe for target in view.endpoint.targets if (probe := view.probe(target)) is not None]
    others = [probe for probe in probes if probe.address != vip.address]
    return bool(others) and all(probe.contact in _NO_ANSWER for probe in probes)
