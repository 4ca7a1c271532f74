"""No screen is a dead end: each one has something to do, says what is needed first, and Esc leads back to the start."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList

from tests.wizard.tui.support.pilot import ARTICLE, Driven, at_step, closes, drive, opens, press, sees, until
from wizard import files as store
from wizard.plan.file import write_plan
from wizard.questions.answers import Answers, Place, to_toml
from wizard.questions.session import judge
from wizard.questions.steps import steps
from wizard.tui.app import Wizard
from wizard.tui.dialogs.plan import PlanDialog
from wizard.tui.screens.start import StartScreen
from wizard.tui.textual_private import KeysFooter

pytestmark = pytest.mark.slow

SOME = {Place("cluster", 0, "endpoint"): "k.example.com", Place("vip", 0, "address"): "192.168.2.140"}


class Bare(App[None]):
    """An app with nothing but its keys, and how many of them there are before the first paint."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "bell", "bell")]
    keys = 0

    def compose(self) -> ComposeResult:
        yield KeysFooter()

    def on_mount(self) -> None:
        self.keys = len(self.query("FooterKey"))


def test_the_keys_are_there_before_the_first_paint() -> None:
    app = Bare()

    async def scene() -> None:
        async with app.run_test():
            pass

    asyncio.run(scene())
    assert app.keys == 2  # and the palette's


async def begin_cutover(pilot: Driven) -> None:
    await opens(pilot, StartScreen)
    menu = pilot.app.screen.query_one(OptionList)
    menu.highlighted = menu.get_option_index("cutover")
    await press(pilot, "enter")


@pytest.mark.parametrize("answers", [{}, SOME, ARTICLE], ids=["nothing", "some", "all"])
def test_every_step_has_something_to_do_and_a_way_back(tmp_path: Path, answers: dict[Place, str]) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        for step in steps():
            await app.go(step.key)
            await at_step(pilot, step.key)
            await until(pilot, lambda: app.focused is not None and app.focused.is_attached)
            shown, focus = app.screen, app.focused
            await press(pilot, "enter")
            await until(pilot, lambda: app.screen is not shown or app.focused is not focus)  # noqa: B023
            here = app.screen
            await press(pilot, "escape")
            await until(pilot, lambda: app.screen is not here)  # noqa: B023
        # Of the way back, each step has shown its part.
        await app.go(steps()[0].key)
        await press(pilot, "escape")
        await opens(pilot, StartScreen)

    drive(tmp_path, script, answers=answers)


def test_the_cutover_without_a_plan_asks_for_one(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    other = tmp_path / "other"
    other.mkdir()
    plan = judge(Answers(ARTICLE)).plan
    assert plan is not None
    (other / "halb.toml").write_text(write_plan(plan))

    async def script(pilot: Driven, app: Wizard) -> None:
        await begin_cutover(pilot)
        await opens(pilot, PlanDialog)
        for text, said in (("", "name a folder"), ("nowhere", "is no folder"), (".", "no halb.toml and no draft")):
            app.screen.query_one(Input).value = str(tmp_path / "here") if text == "." else text
            await press(pilot, "enter")
            await sees(pilot, said)
        await press(pilot, "escape")
        await closes(pilot, PlanDialog)
        await begin_cutover(pilot)
        await opens(pilot, PlanDialog)
        app.screen.query_one(Input).value = str(other)
        await press(pilot, "enter")
        await at_step(pilot, "cutover")
        await sees(pilot, "kube-control.kacangisnuts.com:6443")
        await press(pilot, "escape")
        await opens(pilot, StartScreen)

    answers = drive(tmp_path / "here", script).session.answers
    assert answers[Place("vip", 0, "address")] == "192.168.2.140/24"


def test_what_the_cutover_needs_first_is_one_key_away(tmp_path: Path) -> None:
    app = Wizard(tmp_path, resolvers=["127.0.0.1:9"])

    async def scene() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            await opens(pilot, StartScreen)
            await app.go("cutover")
            await sees(pilot, "nothing can be asked yet: no DNS name is known")
            await sees(pilot, "Enter leads to the answer")
            await press(pilot, "enter")
            await at_step(pilot, "dns")

    asyncio.run(scene())


def test_a_draft_is_told_by_name_vip_step_and_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    store.save(to_toml(Answers(ARTICLE)), tmp_path)

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Resume kube-control.kacangisnuts.com · VIP 192.168.2.140 · at nodes · just now")
        await sees(pilot, "New a few questions; the draft is kept")

    drive(tmp_path, script, store=store)
