"""The Advanced page: every key of halb.toml that no step asks for can be set in the wizard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Static

from rules.plan.model import KeyPath
from rules.plan.schema import every_key
from tests.wizard.plans import ARTICLE as PLAN
from tests.wizard.tui.support.pilot import (
    ARTICLE,
    LARGE,
    Driven,
    at_step,
    drive,
    focused,
    focuses,
    press,
    sees,
    until,
    words,
)
from wizard.plan.file import write_plan
from wizard.questions.answers import Answers, from_toml
from wizard.questions.review import tree
from wizard.questions.session import judge, places
from wizard.questions.steps import ADVANCED, steps
from wizard.tui.app import Wizard
from wizard.tui.screens.start import StartScreen
from wizard.tui.screens.step import StepScreen
from wizard.tui.session import Session
from wizard.tui.widgets.field import AnswerField, ChoiceEntry

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
@pytest.mark.parametrize("key", [step.key for step in steps() if not step.aside])
def test_escape_leads_back_to_where_the_page_was_opened(tmp_path: Path, key: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        app.go(key)
        await at_step(pilot, key)
        await press(pilot, "tab")
        there = focused(app)
        await press(pilot, "f9")
        await at_step(pilot, ADVANCED)
        await press(pilot, "f9", "escape")
        await at_step(pilot, key)
        if there is not None:
            await focuses(pilot, there)

    drive(tmp_path, script, answers=ARTICLE)


@pytest.mark.slow
def test_the_way_back_is_the_whole_way_that_was_come(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        await press(pilot, "f9")
        await at_step(pilot, ADVANCED)
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, StartScreen))
        app.go("cutover")
        await at_step(pilot, "cutover")
        await press(pilot, "f9")
        await at_step(pilot, ADVANCED)
        await press(pilot, "escape")
        await at_step(pilot, "cutover")
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, StartScreen))
        app.go("review")
        await at_step(pilot, "review")
        await press(pilot, "f9")
        await at_step(pilot, ADVANCED)
        app.go("vip")  # on the way again: from there on, Esc leads back step by step
        await at_step(pilot, "vip")
        await press(pilot, "escape")
        await at_step(pilot, "control-plane")

    drive(tmp_path, script, answers=ARTICLE)


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


@pytest.mark.slow
def test_typing_finds_a_setting_here_and_tells_of_those_in_steps(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("haproxy")
        await press(pilot, "f9")
        await at_step(pilot, ADVANCED)
        await sees(pilot, "type to find a setting")
        await press(pilot, "timeout check")
        await until(pilot, lambda: shown(app) == [KeyPath("haproxy", 0, "timeout-check")])
        await press(pilot, "down", "9s")
        await until(pilot, lambda: app.session.answers[KeyPath("haproxy", 0, "timeout-check")] == "9s")
        await sees(pilot, "longest wait for the answer to a check")
        await press(pilot, "up", *["backspace"] * 20, "virtual")
        await sees(pilot, "Virtual router ID: in the step 'VRRP'")
        await press(pilot, "zzz")
        await sees(pilot, "no key of halb.toml has 'virtualzzz' in its name")
        await press(pilot, *["backspace"] * 20, "haproxy-lb2 priority")
        await until(pilot, lambda: shown(app) == [KeyPath("lb", 1, "priority")])
        await press(pilot, "enter")
        await focuses(pilot, KeyPath("lb", 1, "priority"))

    drive(tmp_path, script, answers=ARTICLE)


def shown(app: Wizard) -> list[KeyPath]:
    return [field.place for field in app.screen.query(AnswerField) if field.display]


@pytest.mark.slow
def test_each_table_of_halb_toml_is_a_group_and_seven_settings_are_seen_at_once(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go(ADVANCED)
        await sees(pilot, "Control-plane nodes [[control_plane]]")
        body = app.screen.query_one("#body").region
        seen = [field for field in app.screen.query(AnswerField) if body.contains_region(field.region)]
        assert len(seen) >= 7
        titles = [str(title.render()).split()[-1] for title in app.screen.query(".group").results(Static)]
        assert titles == ["[cluster]", "[[control_plane]]", "[vrrp]", "[[lb]]", "[haproxy]", "[lint]"]

    drive(tmp_path, script, answers=ARTICLE)


def changed(folder: Path, before: str, change: Callable[[Answers], Answers], *, edited: str = "") -> str:
    """The halb.toml that is written after a change of the answers; `before` is on the disk."""
    (folder / "halb.toml").write_text(before)
    session = Session(folder)
    session.begin(from_toml(before))
    session.before = session.answers
    session.edited = edited
    session.replace_answers(change(session.answers))
    session.take_outcome(judge(session.answers))
    text, _ = tree(session.outcome, folder)["halb.toml"]
    return text


def test_a_cleared_key_of_the_linter_leaves_halb_toml_and_the_others_stay(tmp_path: Path) -> None:
    before = write_plan(PLAN) + '\n[lint]\n# for now\nignore = ["KA012"]\nhaproxy-version = "2.8"\n'
    text = changed(tmp_path, before, lambda answers: answers.put(KeyPath("lint", 0, "ignore"), ""))
    assert text == before.replace('ignore = ["KA012"]\n', "")
    assert changed(tmp_path, before, lambda answers: answers) == before


def test_a_new_cluster_does_not_clear_what_the_linter_is_told_in_its_folder(tmp_path: Path) -> None:
    before = write_plan(PLAN) + '\n[lint]\nignore = ["KA012"]\n'
    (tmp_path / "halb.toml").write_text(before)
    session = Session(tmp_path)
    session.begin(Answers(ARTICLE))
    session.take_outcome(judge(session.answers))
    assert 'ignore = ["KA012"]' in tree(session.outcome, tmp_path)["halb.toml"][0]


def test_comments_of_the_editor_are_written(tmp_path: Path) -> None:
    before = write_plan(PLAN)
    edited = before.replace("[vip]", "# ours since May\n[vip]")
    text = changed(tmp_path, before, lambda answers: answers.put(KeyPath("cluster", 0, "name"), "k"), edited=edited)
    assert text == edited.replace('"kacang"', '"k"')


PHASE = KeyPath("cluster", 0, "phase")
OPEN = {**ARTICLE, KeyPath("lb", 0, "imported"): "lb1/keepalived.conf", PHASE: ""}


@pytest.mark.slow
@pytest.mark.parametrize(("key", "chosen"), [("right", "bootstrap"), ("space", "bootstrap"), ("left", "cutover")])
def test_a_choice_that_nobody_made_looks_open_and_enter_does_not_go_on(tmp_path: Path, key: str, chosen: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go(ADVANCED, PHASE)
        await at_step(pilot, ADVANCED)
        await focuses(pilot, PHASE)
        await sees(pilot, "Phase bootstrap cutover")
        await sees(pilot, "none is chosen yet")
        await press(pilot, "enter")
        await focuses(pilot, PHASE)
        await sees(pilot, "✗ choose one with the left or the right arrow")
        assert app.session.answers[PHASE] == ""
        await press(pilot, key)
        await sees(pilot, f"({chosen})")
        assert "✗ choose" not in words(pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: focused(app) != PHASE)

    app = drive(tmp_path, script, size=LARGE, answers=OPEN)
    assert app.session.answers[PHASE] == chosen


@pytest.mark.slow
def test_every_choice_with_a_usual_answer_has_it_marked(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go(ADVANCED, PHASE)
        await at_step(pilot, ADVANCED)
        choices = [field for field in app.screen.query(AnswerField) if isinstance(field.answer, ChoiceEntry)]
        assert len(choices) > 5
        assert not [field.place for field in choices if field.is_open]

    drive(tmp_path, script, size=LARGE, answers=ARTICLE)
