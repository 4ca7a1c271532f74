"""Everything by the mouse, but for the typed values."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button, OptionList
from textual.widgets._footer import FooterKey

from tests.wizard.tui.pilot import (
    ARTICLE,
    LARGE,
    Driven,
    at_step,
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
)
from wizard.answers import Answers, Place
from wizard.app import Wizard
from wizard.screens.start import QuitScreen
from wizard.widgets.field import Choice
from wizard.widgets.findings import FindingsScreen
from wizard.widgets.help import HelpScreen
from wizard.widgets.preview import FileTabs, PreviewScreen
from wizard.widgets.steps_bar import StepsBar

pytestmark = pytest.mark.slow

ENDPOINT, PORT = Place("cluster", 0, "endpoint"), Place("cluster", 0, "port")


def test_start_fields_next_and_back_by_clicks(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        await click_text(pilot, "New", inside=OptionList)
        await at_step(pilot, "dns")
        await sees(pilot, "Enter next")
        await click_text(pilot, "e.g. 6443")
        await until(pilot, lambda: focused(app) == PORT)
        await press(pilot, "7443")
        await click_text(pilot, "e.g. kube-control")
        await until(pilot, lambda: focused(app) == ENDPOINT)
        await press(pilot, "k.example.com")
        await click_text(pilot, "Enter next", inside=FooterKey)
        await until(pilot, lambda: focused(app) == PORT)
        await click_text(pilot, "Esc back", inside=FooterKey)
        await sees(pilot, "Go on")
        await click_text(pilot, "Esc back", inside=FooterKey)
        await until(pilot, lambda: isinstance(app.screen, QuitScreen) and app.screen.query(Button))
        await pilot.click("#stay")
        await until(pilot, lambda: not isinstance(app.screen, QuitScreen))

    answers = drive(tmp_path, script).answers
    assert (answers[ENDPOINT], answers[PORT]) == ("k.example.com", "7443")


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

    assert drive(tmp_path, script, size=LARGE, answers=ARTICLE).answers == Answers(ARTICLE)


def test_a_cross_removes_its_machine_and_brackets_turn_a_choice(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("load-balancers")
        await sees(pilot, "Interface")
        await pilot.click("Remove")
        await until(pilot, lambda: field_at(app, Place("lb", 0, "name")).text == "haproxy-lb2")
        await app.go("vrrp")
        await sees(pilot, "‹ unicast ›")
        await click_text(pilot, "unicast", inside=Choice)
        await until(pilot, lambda: app.answers[Place("vrrp", 0, "mode")] == "multicast")
        await click_text(pilot, "‹ multicast", inside=Choice)
        await until(pilot, lambda: app.answers[Place("vrrp", 0, "mode")] == "unicast")

    drive(tmp_path, script, answers=ARTICLE)


def test_findings_help_and_preview_open_and_close_by_clicks(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("haproxy")
        await until(pilot, lambda: app.outcome.files)
        for key, screen, close in (
            ("F1 help", HelpScreen, "Esc: back"),
            ("F2 findings", FindingsScreen, "Esc: back"),
            ("F3 preview", PreviewScreen, "Esc back"),
        ):
            await sees(pilot, key)
            await click_text(pilot, key, inside=FooterKey)
            await opens(pilot, screen)
            await sees(pilot, close)
            if screen is PreviewScreen:
                await click_text(pilot, "haproxy-lb1/check-haproxy", inside=FileTabs)
                await sees(pilot, "#!/bin/sh")
            await click_text(pilot, close)
            await closes(pilot, screen)

    drive(tmp_path, script, answers=ARTICLE)


def test_the_line_about_the_files_leads_to_what_is_missing(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await until(pilot, lambda: app.outcome.answers == app.answers)
        await sees(pilot, "missing: Virtual IP")
        await pilot.click("#status")
        await until(pilot, lambda: isinstance(app.screen, FindingsScreen))
        await sees(pilot, "○ missing: Virtual IP")
        await click_text(pilot, "Virtual IP: Address", inside=OptionList)
        await at_step(pilot, "vip")
        assert "needed" not in text(pilot)

    answers = {place: value for place, value in ARTICLE.items() if place.table != "vip"}
    drive(tmp_path, script, answers=answers)
