"""Keys that come right after an answer, or after a key that takes a moment: they do what they do later, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.wizard.tui.support.ends import article, at_step, play, wizard
from tests.wizard.tui.support.pilot import (
    ARTICLE,
    Driven,
    drive,
    field_at,
    focuses,
    opens,
    press,
    sees,
    send_at_once,
    until,
)
from tests.wizard.tui.support.pilot import at_step as reaches
from tests.wizard.tui.support.writing import CONF, written
from wizard.questions.answers import Place
from wizard.questions.steps import ADVANCED
from wizard.tui.app import Wizard
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.page import PageDialog

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("elsewhere")]

IDLE = Place("haproxy", 0, "timeout-client")
BALANCE = Place("haproxy", 0, "balance")


async def at_idle_timeout(pilot: Driven, app: Wizard) -> None:
    app.go("haproxy", IDLE)
    await reaches(pilot, "haproxy")
    await until(
        pilot, lambda: app.session.is_judged and app.session.outcome.files and field_at(app, IDLE).answer.has_focus
    )


def test_writing_right_after_an_answer_writes_that_answer(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await at_idle_timeout(pilot, app)
        send_at_once(app, "47m", "ctrl+o", "enter")
        await reaches(pilot, "write")
        await written(pilot)
        assert "timeout client 47m" in (tmp_path / CONF).read_text()

    drive(tmp_path, script, answers=ARTICLE)


def test_what_is_in_the_way_of_writing_is_said_of_the_answers_as_they_are(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await at_idle_timeout(pilot, app)
        send_at_once(app, "soon", "ctrl+o")
        await opens(pilot, FindingsDialog)
        await sees(pilot, "nothing can be written yet: 1 answer is wrong")
        send_at_once(app, "escape", *["backspace"] * 4, "ctrl+o")
        await reaches(pilot, "write")

    drive(tmp_path, script, answers=ARTICLE)


@pytest.mark.parametrize("key", ["ctrl+o", "f8"])
def test_the_page_that_writes_waits_for_the_answers_too(tmp_path: Path, key: str) -> None:
    async def scene() -> None:
        async with at_step("write", tmp_path, article()) as pilot:
            await sees(pilot, "would be written")
            wizard(pilot).session.set_answer(BALANCE, "roundrobin")
            await press(pilot, key)
            await until(pilot, (tmp_path / "halb.toml").exists)
            assert 'balance = "roundrobin"' in (tmp_path / "halb.toml").read_text()

    play(scene())


@pytest.mark.parametrize("key", ["dns", "load-balancers", ADVANCED, "review", "write", "cutover"])
def test_f4_shows_what_writing_would_change_wherever_it_is_pressed_and_what_is_typed_then_is_for_that_page(
    tmp_path: Path, key: str
) -> None:
    async def scene() -> None:
        async with at_step(key, tmp_path, article()) as pilot:
            app = wizard(pilot)
            send_at_once(app, "f4", "/", "defaults local")
            await opens(pilot, PageDialog)
            await sees(pilot, f"what writing would change in {tmp_path}"[:70])
            await until(pilot, lambda: app.screen.query_one(Input).value == "defaults local")
            await sees(pilot, "+defaults local-http")
            send_at_once(app, "escape", "escape")
            await reaches(pilot, key)
            assert app.session.answers == article()

    play(scene())


def test_f4_says_why_there_is_nothing_to_compare_yet(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("dns", tmp_path, article().put(IDLE, "soon")) as pilot:
            await press(pilot, "ctrl+t")
            await sees(pilot, "There are no files yet: 1 answer is wrong.")
            await press(pilot, "escape")
            await reaches(pilot, "dns")

    play(scene())


def test_the_reviews_first_line_waits_for_the_answers_too(tmp_path: Path) -> None:
    async def scene() -> None:
        async with at_step("review", tmp_path, article()) as pilot:
            await sees(pilot, "Continue: write the files")
            app = wizard(pilot)
            app.session.set_answer(IDLE, "soon")
            send_at_once(app, "enter")
            await reaches(pilot, "haproxy")
            await focuses(pilot, IDLE)
            assert "write" not in app.session.visited

    play(scene())
