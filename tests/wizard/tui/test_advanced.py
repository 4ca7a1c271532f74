"""The Advanced page: every key of halb.toml that no step asks for can be set in the wizard."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.plan.model import KeyPath
from rules.plan.schema import every_key
from tests.wizard.tui.support.pilot import ARTICLE, LARGE, Driven, at_step, drive, press, sees, until
from wizard.questions.answers import Answers
from wizard.questions.session import places
from wizard.questions.steps import ADVANCED, steps
from wizard.tui.app import Wizard
from wizard.tui.screens.step import StepScreen
from wizard.tui.widgets.field import AnswerField

STEP = next(step for step in steps() if step.key == ADVANCED)


def test_every_key_has_its_place_in_some_step() -> None:
    answers = Answers(ARTICLE)
    asked = {(place.table, place.key) for step in steps() for place in places(step, answers)}
    assert {(key.table, key.name) for key in every_key()} - asked == {("cluster", "schema")}


@pytest.mark.slow
def test_it_is_a_form_of_every_other_key_and_leads_on_and_back(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("haproxy")
        await at_step(pilot, "haproxy")
        await press(pilot, "f9")
        await at_step(pilot, ADVANCED)
        await sees(pilot, "k8s-master1: API port")
        screen = app.screen
        assert isinstance(screen, StepScreen)
        assert [field.place for field in screen.query(AnswerField)] == list(places(STEP, app.session.answers))
        await press(pilot, "escape")
        await at_step(pilot, "haproxy")
        await press(pilot, "ctrl+n")
        await at_step(pilot, "review")

    drive(tmp_path, script, size=LARGE, answers=ARTICLE)


@pytest.mark.slow
def test_what_is_typed_there_is_in_the_plan_and_what_is_wrong_is_said_there(tmp_path: Path) -> None:
    place = KeyPath("lb", 1, "priority")

    async def script(pilot: Driven, app: Wizard) -> None:
        app.go(ADVANCED, place)
        await at_step(pilot, ADVANCED)
        await until(pilot, lambda: app.focused is not None)
        await press(pilot, "255", "tab")
        await sees(pilot, "must be a whole number from 1 to 254, not 255")
        app.session.set_answer(place, "42")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        assert app.session.outcome.plan is not None
        assert [lb.priority for lb in app.session.outcome.plan.load_balancers] == [110, 42]

    drive(tmp_path, script, size=LARGE, answers=ARTICLE)
