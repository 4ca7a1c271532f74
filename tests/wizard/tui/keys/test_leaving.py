"""Ctrl+C, which ends many programs, says on every screen and in every dialog which key ends this one."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.wizard.tui.support.dialogs import MAKERS, opened
from tests.wizard.tui.support.pilot import ARTICLE, Driven, at_step, drive, opens, press, until
from wizard.questions.steps import steps
from wizard.tui.app import Wizard
from wizard.tui.dialogs.quit import QuitDialog
from wizard.tui.screens.start import StartScreen

pytestmark = pytest.mark.slow

SAID = "Ctrl+Q leaves halb; the draft is saved"


async def ctrl_c_says(pilot: Driven, app: Wizard, said: str = SAID) -> None:
    before = len(app._notifications)
    await press(pilot, "ctrl+c")
    await until(pilot, lambda: len(app._notifications) == before + 1)
    assert [notice.message for notice in app._notifications][-1] == said
    await until(pilot, lambda: app.screen.query("Toast"))
    assert app.return_value is None


@pytest.mark.parametrize("step", [step.key for step in steps()])
def test_ctrl_c_says_which_key_leaves(tmp_path: Path, step: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go(step)
        await at_step(pilot, step)
        await ctrl_c_says(pilot, app)

    drive(tmp_path, script, answers=ARTICLE, notices=True)


def test_it_does_at_the_start(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await opens(pilot, StartScreen)
        await ctrl_c_says(pilot, app)

    drive(tmp_path, script, notices=True)


@pytest.mark.parametrize("name", MAKERS)
def test_it_does_in_a_dialog(tmp_path: Path, name: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        dialog = await opened(pilot, app, name, "dns")
        # The dialog that asks whether to leave says itself what becomes of the draft.
        await ctrl_c_says(pilot, app, "Ctrl+Q leaves halb" if isinstance(dialog, QuitDialog) else SAID)
        assert app.screen is dialog

    drive(tmp_path, script, answers=ARTICLE, notices=True)


def test_what_is_selected_in_a_dialog_is_copied_as_ever(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        dialog = MAKERS["ImportDialog"](app)
        app.push_screen(dialog)
        await until(pilot, lambda: app.screen is dialog and app.screen.query(Input))
        await press(pilot, "lb1/", "shift+home", "ctrl+c")
        await until(pilot, lambda: app.clipboard == "lb1/")
        assert not app._notifications

    drive(tmp_path, script, answers=ARTICLE, notices=True)
