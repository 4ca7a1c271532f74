"""Everything by the mouse, but for the typed values."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Button, OptionList
from textual.widgets._footer import FooterKey

from tests.wizard.tui.support.pilot import (
    ARTICLE,
    LARGE,
    Driven,
    at_step,
    click_still,
    click_text,
    closes,
    drive,
    field_at,
    focused,
    opens,
    press,
    sees,
    text,
    until,
    words,
)
from wizard.questions.answers import Answers, Place
from wizard.questions.session import step_of
from wizard.questions.steps import steps
from wizard.tui.app import Wizard
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.help import HelpDialog
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.preview import PreviewDialog
from wizard.tui.dialogs.quit import QuitDialog
from wizard.tui.reading.file_tabs import FileTabs
from wizard.tui.widgets.field import ChoiceEntry, Entry
from wizard.tui.widgets.steps_bar import StepsBar

pytestmark = pytest.mark.slow

ENDPOINT, PORT = Place("cluster", 0, "endpoint"), Place("cluster", 0, "port")


def test_start_fields_next_and_back_by_clicks(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        await click_text(pilot, "New", inside=OptionList)
        await at_step(pilot, "dns")
        await sees(pilot, "Enter next")
        await click_text(pilot, "default 6443")
        await until(pilot, lambda: focused(app) == PORT)
        await press(pilot, "7443")
        await click_text(pilot, "e.g. kube-control")
        await until(pilot, lambda: focused(app) == ENDPOINT)
        await press(pilot, "k.example.com")
        await click_text(pilot, "Enter next", inside=FooterKey)
        await until(pilot, lambda: focused(app) == PORT)
        await click_text(pilot, "Esc back", inside=FooterKey)
        await sees(pilot, "Continue")
        await click_text(pilot, "Esc back", inside=FooterKey)
        await until(pilot, lambda: isinstance(app.screen, QuitDialog) and app.screen.query(Button))
        await pilot.click("#stay")
        await until(pilot, lambda: not isinstance(app.screen, QuitDialog))

    answers = drive(tmp_path, script).session.answers
    assert (answers[ENDPOINT], answers[PORT]) == ("k.example.com", "7443")


async def paste(pilot: Driven, app: Wizard, place: Place, value: str) -> None:
    """Click into a field and paste its answer, as the mouse's middle button would."""
    await until(pilot, lambda: app.screen.query(Entry) and field_at(app, place).answer.region.height)
    await pilot.click(field_at(app, place).answer)
    await until(pilot, lambda: focused(app) == place)
    app.post_message(events.Paste(value))
    await until(pilot, lambda: app.session.answers[place] == value)


def _moved(app: Wizard, before: tuple[str, Place | None]) -> bool:
    return (app.step, focused(app)) != before


async def next_by_click(pilot: Driven, app: Wizard, step: str) -> None:
    """Click on the footer's Enter until the next step is there."""
    for _ in range(12):
        if app.step == step:
            break
        before = (app.step, focused(app))
        await sees(pilot, "Enter next")
        await click_text(pilot, "Enter next", inside=FooterKey)
        await until(pilot, partial(_moved, app, before))
    await at_step(pilot, step)


def test_the_mouse_alone_leads_from_the_start_to_written_files_and_back_and_out(tmp_path: Path) -> None:
    order = [step.key for step in steps() if not step.aside]
    folder = tmp_path / "kacang"

    async def forth(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        await click_text(pilot, "New", inside=OptionList)
        for key, following in pairwise(order[: order.index("review") + 1]):
            await at_step(pilot, key)
            for place, value in ARTICLE.items():
                if (step := step_of(place)) is not None and step.key == key:
                    await paste(pilot, app, place, value)
            await next_by_click(pilot, app, following)

    async def write(pilot: Driven, app: Wizard) -> None:
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers and app.session.outcome.files)
        await sees(pilot, "Continue: write the files")
        await click_text(pilot, "Continue: write", inside=OptionList)
        await at_step(pilot, "write")
        await sees(pilot, "files would be written")
        await sees(pilot, "F4 diff")
        await click_text(pilot, "F4 diff", inside=FooterKey)
        await opens(pilot, PageDialog)
        await sees(pilot, "Esc back")
        await click_text(pilot, "Esc back", inside=FooterKey)
        await closes(pilot, PageDialog)
        assert not folder.exists()
        await sees(pilot, "^o write")
        await click_text(pilot, "^o write", inside=FooterKey)
        await sees(pilot, "What to do next")

    async def back(pilot: Driven, app: Wizard) -> None:
        await click_still(pilot, "#continue")
        for key in reversed(order):
            await at_step(pilot, key)
            await sees(pilot, "Esc back")
            await click_text(pilot, "Esc back", inside=FooterKey)
        await sees(pilot, "Continue")
        await click_text(pilot, "Esc back", inside=FooterKey)
        await opens(pilot, QuitDialog)
        await sees(pilot, "Leave halb?")
        await pilot.click("#leave")

    async def script(pilot: Driven, app: Wizard) -> None:
        await forth(pilot, app)
        await write(pilot, app)
        await back(pilot, app)
        await until(pilot, lambda: app.return_value is not None)

    app = drive(folder, script)
    assert app.return_value == 0
    assert app.session.answers == Answers(ARTICLE)
    assert (folder / "halb.toml").is_file()
    assert (folder / "haproxy-lb2" / "etc" / "haproxy" / "haproxy.cfg").is_file()


def test_the_palette_is_opened_and_leads_out_by_clicks(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await sees(pilot, "^p palette")
        await click_text(pilot, "^p palette", inside=FooterKey)
        await sees(pilot, "Search for commands")
        await press(pilot, "quit")  # a typed value: what is looked for
        # The list is another one as soon as the other commands are gone.
        await until(pilot, lambda: "Quit" in words(pilot) and "Change the current theme" not in words(pilot))
        await click_text(pilot, "Quit", inside=OptionList)
        await until(pilot, lambda: app.return_value is not None)

    assert drive(tmp_path, script, answers=ARTICLE).return_value == 0


def test_the_bar_leads_to_every_step_at_120_columns(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        for name, key in (
            ("VRRP", "vrrp"),
            ("masters", "control-plane"),
            ("review", "review"),
            ("nodes", "load-balancers"),
        ):
            await sees(pilot, "DNS ")
            await click_text(pilot, f" {name}", inside=StepsBar)
            await at_step(pilot, key)

    assert drive(tmp_path, script, size=LARGE, answers=ARTICLE).session.answers == Answers(ARTICLE)


def test_a_cross_removes_its_machine_and_a_click_takes_a_choice(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await sees(pilot, "Interface")
        await pilot.click("RemoveButton")
        await until(pilot, lambda: field_at(app, Place("lb", 0, "name")).text == "haproxy-lb2")
        await app.go("vrrp")
        await sees(pilot, "(unicast) multicast")
        await click_text(pilot, "multicast", inside=ChoiceEntry)
        await until(pilot, lambda: app.session.answers[Place("vrrp", 0, "mode")] == "multicast")
        await click_text(pilot, "unicast  (multicast)", inside=ChoiceEntry)
        await until(pilot, lambda: app.session.answers[Place("vrrp", 0, "mode")] == "unicast")

    drive(tmp_path, script, answers=ARTICLE)


def test_findings_help_and_preview_open_and_close_by_clicks(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("haproxy")
        await until(pilot, lambda: app.session.outcome.files)
        for key, screen, close in (
            ("^g help", HelpDialog, "Esc: back"),
            ("F2 findings", FindingsDialog, "Esc: back"),
            ("F3 preview", PreviewDialog, "Esc back"),
        ):
            await sees(pilot, key)
            await click_text(pilot, key, inside=FooterKey)
            await opens(pilot, screen)
            await sees(pilot, close)
            if screen is PreviewDialog:
                await click_text(pilot, "haproxy-lb1/check-haproxy", inside=FileTabs)
                await sees(pilot, "#!/bin/sh")
            await click_text(pilot, close)
            await closes(pilot, screen)

    drive(tmp_path, script, answers=ARTICLE)


def test_the_line_about_the_files_leads_to_what_is_missing(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        await pilot.click("#status")
        await until(pilot, lambda: isinstance(app.screen, FindingsDialog))
        await sees(pilot, "○ missing: Virtual IP")
        await click_text(pilot, "Virtual IP: Address", inside=OptionList)
        await at_step(pilot, "vip")
        assert "needed" not in text(pilot)

    answers = {place: value for place, value in ARTICLE.items() if place.table != "vip"}
    drive(tmp_path, script, answers=answers)
