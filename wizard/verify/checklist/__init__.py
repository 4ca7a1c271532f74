"""What has to hold in a phase, judged from what the network answered. Pure: nothing is asked or printed here."""

from __future__ import annotations

from rules.live import LiveView
from rules.plan import Phase
from wizard.verify.checklist.model import CheckLine, Checklist, CheckStep, Countdown, Status

__all__ = ["CheckLine", "CheckStep", "Checklist", "Countdown", "Status", "checklist", "phase_of"]


def phase_of(view: LiveView) -> Phase:
    """The phase to judge: the one that was set, else the one that the answers show, else bootstrap."""
    return view.phase or Phase.BOOTSTRAP


def checklist(view: LiveView) -> Checklist:
    """The ordered steps of the view's phase, with what was asked, what came back and what to do."""
    from wizard.verify.checklist import bootstrap, cutover

    phase = phase_of(view)
    steps, countdowns = (cutover if phase is Phase.CUTOVER else bootstrap).steps(view)
    found = Checklist(phase, steps, countdowns, (*view.endpoint.notes, *view.dns.notes))
    if not found.passed:
        return found
    return found._replace(closing=(cutover if phase is Phase.CUTOVER else bootstrap).closing(view))
