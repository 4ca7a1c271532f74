"""What happens if something fails: on the VRRP step, on the review, and one key away."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from tests.wizard.tui.support.pilot import (
    ARTICLE,
    LARGE,
    SMALL,
    Driven,
    at_step,
    closes,
    drive,
    opens,
    press,
    sees,
    text,
    until,
    words,
)
from wizard.questions.answers import Place
from wizard.tui.app import Wizard
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.what_if import WhatIfDialog
from wizard.tui.panes.aside import Aside
from wizard.tui.panes.review_page import ReviewPage
from wizard.tui.widgets.topology import Topology
from wizard.tui.widgets.what_if import WhatIf

pytestmark = pytest.mark.slow

DEAD = "haproxy dies on lb1"
BOTH = "haproxy dies on both"


async def show(pilot: Driven, app: Wizard, key: str) -> None:
    app.go(key)
    await at_step(pilot, key)
    if key == "review":  # at the end of the page
        page = app.screen.query_one(ReviewPage)
        await until(pilot, lambda: page.option_count and app.screen.query_one(WhatIf).lines)
        await press(pilot, "end")
    await sees(pilot, DEAD)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x36"])
@pytest.mark.parametrize("key", ["vrrp", "review"])
def test_the_table_stands_on_the_step(tmp_path: Path, key: str, size: tuple[int, int]) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, key)
        assert "✓ haproxy dies on lb1" in words(pilot)
        await sees(pilot, "2.6-3.6 s")
        assert all(len(line) <= size[0] for line in text(pilot).splitlines())
        assert "✗" not in text(pilot)  # nothing is to be mended in a plan with the defaults
        if key == "review":
            await press(pilot, "end")
            if size == SMALL:
                await sees(pilot, "~ no VRRP set-up avoids it")
            else:
                assert "~ no VRRP set-up avoids it" in str(app.screen.query_one("#what-if .legend", Static).render())

    drive(tmp_path, script, answers=ARTICLE, size=size)


def test_a_high_screen_has_room_for_the_picture_of_the_cluster_too(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "vrrp")
        assert not app.screen.query_one(Topology).display
        await pilot.resize_terminal(*LARGE)
        await sees(pilot, "k8s-master1 192.168.2.151")
        assert app.screen.query_one(Aside).query_one(Topology).display

    drive(tmp_path, script, answers=ARTICLE)


def test_before_the_answers_are_complete_the_table_says_so(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await press(pilot, "f6")
        await opens(pilot, WhatIfDialog)
        await sees(pilot, "shown once the answers are complete")
        await press(pilot, "escape")
        await closes(pilot, WhatIfDialog)

    drive(tmp_path, script)


def test_the_choice_under_the_cursor_is_compared_with_the_other_one(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "vrrp")
        assert "(chosen)" not in text(pilot)
        await press(pilot, "down", "down", "down", "down")
        await sees(pilot, "process (chosen) script")
        first = app.screen.query_one(WhatIf).lines[0]
        assert first.event == BOTH
        await sees(pilot, "~ no node until repaired = lb1 until repaired")
        await press(pilot, "right")
        await sees(pilot, "script (chosen) process")
        await sees(pilot, "= lb1 until repaired ~ no node until repaired")

    drive(tmp_path, script, answers=ARTICLE)


def test_an_answer_that_changes_what_happens_changes_the_table(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "review")
        app.session.set_answer(Place("vrrp", 0, "track"), "script")
        await sees(pilot, "haproxy dies on lb1 lb1 → lb2 4.6-7.6 s")

    drive(tmp_path, script, answers=ARTICLE)


def test_enter_explains_a_line(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "review")
        await press(pilot, "end", "e")
        await opens(pilot, PageDialog)
        await sees(pilot, "If haproxy dies on both")
        await sees(pilot, "Either way nothing answers until a haproxy is back.")
        await press(pilot, "escape")
        await closes(pilot, PageDialog)

    drive(tmp_path, script, answers=ARTICLE)


def test_a_click_explains_a_line(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await show(pilot, app, "vrrp")
        options = app.screen.query_one(WhatIf).query_one(OptionList)
        await pilot.click(options, offset=(5, 0))
        await opens(pilot, PageDialog)
        await sees(pilot, "Why:")

    drive(tmp_path, script, answers=ARTICLE)


def test_a_key_opens_the_table_on_every_step(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        app.go("haproxy")
        await at_step(pilot, "haproxy")
        await press(pilot, "f6")
        await opens(pilot, WhatIfDialog)
        await sees(pilot, DEAD)
        await press(pilot, "enter")
        await opens(pilot, PageDialog)
        await press(pilot, "escape")
        await closes(pilot, PageDialog)
        await press(pilot, "f6")
        await closes(pilot, WhatIfDialog)

    drive(tmp_path, script, answers=ARTICLE)
