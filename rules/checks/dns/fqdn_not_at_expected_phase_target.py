"""DN002: the endpoint's name does not point where the phase expects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.accounts import few, name_span
from rules.live.views.destination import destination, leads
from rules.live.views.records import cutting_over, state_of_vip, unready, vip_records, wanted_record
from rules.plan.model import Phase
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.observations import IPAddress
    from rules.live.views.view import LiveView


@rule("DN002", "fqdn-not-at-expected-phase-target", Severity.ERROR, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name does not point where the phase expects: the initial master in bootstrap, the VIP in cutover.

    Why it hurts: in bootstrap `kubeadm init` waits for an API server under the name, and only the initial master will
    have one. In cutover, kubelets and kubeconfigs that still use the initial master lose the API with that one machine,
    and no one notices until then.

    How to fix: set the record that the help prints. If the phase is out of date, correct it. Moving the name to the VIP
    is the last step, once the VIP answers with a certificate for the name.

    Silent when: a phase is set whose target is not known; no phase is set and the name points to a VIP or to a
    control-plane node; an authoritative server is right and only caches are out of date (DN006); the right address is
    one of several (DN003); the name points to a VIP that does not serve the API (DN008); only an IPv6 address is
    unknown (DN004); the hosts file is the cause (DN010).
    """
    astray = destination(view).astray
    if not astray or any(view.is_vip(a) and _is_unready(view, a) for a in astray):
        return
    phase = view.endpoint.phase
    yield Hit(
        phase.span if phase is not None else name_span(view),
        _message(view, astray),
        help=_help(view, astray),
        note=f"points to {few(astray)}",
        related=_related(view),
    )


def _is_unready(view: LiveView, address: IPAddress) -> bool:
    return any(vip.address == address and unready(view, vip) is not None for vip in view.endpoint.vips)


def _message(view: LiveView, astray: tuple[IPAddress, ...]) -> str:
    where = few(_described(view, address) for address in astray)
    source = f" (according to {few(lead.who for lead in leads(view))})"
    wanted = listed(_described(view, target.address) for target in view.expected())
    if view.endpoint.phase is None:
        known = listed(
            [
                *(["the VIP"] if view.endpoint.vips else []),
                *(["a control-plane node"] if view.endpoint.control_plane else []),
            ],
            "nor",
        )
        return f"{view.name} points to {where}, which is {'neither ' if ' nor ' in known else 'not '}{known}{source}"
    phase = view.endpoint.phase.value
    found = view.found_phase
    seen = f"DNS is in the {found} phase: " if found not in (None, phase) else ""
    expectation = f"expects {wanted}" if wanted else "expects another address"
    return f"{seen}{view.name} points to {where}{source}, but the {phase} phase {expectation}"


def _described(view: LiveView, address: IPAddress) -> str:
    role = view.role_of(address)
    return f"{role} {address}" if role.startswith("the ") else f"{role} ({address})" if role else str(address)


def _help(view: LiveView, astray: tuple[IPAddress, ...]) -> str:
    if cutting_over(view):
        if view.vip_ready:
            return f"set {vip_records(view)}"
        state = state_of_vip(view)
        first = f"first make the VIP answer with a certificate for the name{f' ({state})' if state else ''}"
        if any(view.is_initial_master(address) for address in astray):
            return f"{first}, then move the name"
        return f"{first}; until then set {wanted_record(view)}"
    if view.endpoint.phase is not None and view.found_phase is Phase.CUTOVER:
        return (
            "if the cutover is done, set phase = \"cutover\" (or '--phase cutover'); otherwise set "
            f"{wanted_record(view)}"
        )
    return f"set {wanted_record(view)}"


def _related(view: LiveView) -> list[Related]:
    """The places of the addresses that the name should point to."""
    phase = view.phase or Phase.BOOTSTRAP
    targets = view.expected(phase)[:2]
    return [Related(target.span, f"the {phase} phase expects this", target.node) for target in targets]
