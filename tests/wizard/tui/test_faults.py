"""What is wrong with an answer stands at its field, whole, in a terminal of 80x24."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widget import Widget

from tests import examples
from tests.wizard.questions.clashes import CLASHES, clashing
from tests.wizard.tui.support.pilot import SMALL, Driven, at_step, drive, focused, text, until
from wizard.questions.answers import Place
from wizard.questions.session import step_of
from wizard.tui.app import Wizard
from wizard.tui.screens.step import StepScreen
from wizard.tui.widgets.machine_list import MachineRow

pytestmark = pytest.mark.slow


def said_at(app: Wizard, place: Place) -> Widget | None:
    """What is below a field, or below the row that the field is in."""
    if not isinstance(app.screen, StepScreen):
        return None
    field = app.screen.field_at(place)
    if field is None:
        return None
    rows = [row for row in field.ancestors if isinstance(row, MachineRow)]
    return rows[0].query_one(".fault") if rows else field.query_one(".note")


def shown_at(pilot: Driven, app: Wizard, place: Place) -> str:
    """The words that can be read there; "" as long as a part of them is not on the screen."""
    widget = said_at(app, place)
    if widget is None or not widget.region.area or not widget.is_attached:
        return ""
    seen = app.screen.find_widget(widget)
    if seen.visible_region != seen.region:
        return ""
    lines = text(pilot).split("\n")[seen.region.y : seen.region.bottom]
    return " ".join(" ".join(line[seen.region.x : seen.region.right] for line in lines).split())


def test_every_fault_is_whole_at_its_field(tmp_path: Path) -> None:
    """Each clash of the answers, alone and beside answers that are wrong for themselves."""
    cases = [(at, clashing(changes)) for changes, at, _ in CLASHES]
    if examples.ALL:
        cases += [(at, clashing({Place("vrrp", 0, "virtual_router_id"): "300"}, answers)) for at, answers in cases]

    async def script(pilot: Driven, app: Wizard) -> None:
        for at, answers in cases:
            step = step_of(at)
            assert step is not None
            await app.go("review")
            app.session.replace_answers(answers)
            await until(pilot, lambda: app.session.outcome.answers == answers)  # noqa: B023
            await app.go(step.key, at)
            await at_step(pilot, step.key)
            fault = " ".join(app.session.outcome.faults[at].split())
            await until(pilot, lambda: fault in shown_at(pilot, app, at))  # noqa: B023
            assert focused(app) == at

    drive(tmp_path, script, size=SMALL, answers={})
