"""What the wizard looks like where there are other colours, few, or none, and few characters."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.wizard.tui.support.contrast import LEAST, THEMES, contrast, faint
from tests.wizard.tui.support.pilot import ARTICLE, LARGE, Driven, at_step, drive, opens, press, sees, until
from tests.wizard.tui.support.terminal import Terminal
from wizard.questions.answers import Answers, Place, to_toml
from wizard.tui.app import Wizard
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.screens.start import StartScreen
from wizard.tui.terminal import console_text, fitting_theme

pytestmark = pytest.mark.slow

VIP = Place("vip", 0, "address")
WRONG = {**ARTICLE, VIP: "nonsense"}
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_COLOURS = {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}
_MANY = {38, 48}  # what 256 colours and more begin with


def sgr(shown: str) -> set[int]:
    """The numbers of all style sequences, without the parts of a colour behind 38 and 48."""
    found = set()
    for match in _SGR.finditer(shown):
        numbers = [int(number or 0) for number in match[1].split(";")]
        for number in numbers:
            found.add(number)
            if number in _MANY:
                break
    return found


def styles_of(shown: str, wanted: str, *, beside: str = "") -> set[int]:
    """The style that holds where a text stands on a captured screen; `beside`: what else is in its line."""
    line = next(line for line in shown.splitlines() if all(words in _SGR.sub("", line) for words in (wanted, beside)))
    held: set[int] = set()
    at = 0
    for match in _SGR.finditer(line):
        if wanted in line[at : match.start()]:
            break
        for number in (int(number or 0) for number in match[1].split(";")):
            held = held | {number} if number else set()
        at = match.end()
    return held


@contextmanager
def terminal(folder: Path, **settings: str) -> Iterator[Terminal]:
    """The wizard in a terminal, in a folder that has the article's cluster."""
    (folder / "home").mkdir()
    (folder / "kacang").mkdir()
    (folder / "kacang" / "halb.toml").write_text(to_toml(Answers(ARTICLE)), encoding="utf-8")
    made = Terminal(folder, **settings)
    try:
        yield made
    finally:
        made.end()


def journey(made: Terminal, preview: bytes, findings: bytes) -> Iterator[str]:
    """Captures of the start, a step, the preview, a wrong answer, the findings and the review."""
    made.wait_for("Change", "New")
    yield made.screen(styles=True)
    made.press("enter")
    made.wait_for("DNS name of the control plane", "2 nodes, 0 errors")
    yield made.screen(styles=True)
    made.send(preview)
    made.wait_for("maxconn")
    yield made.screen(styles=True)
    made.press("escape")
    made.wait_for("2 nodes, 0 errors")  # a key right behind Esc would be Alt and that key
    for title in ("Initial master", "Other control-plane", "Virtual IP"):
        made.press("ctrl+n")
        made.wait_for(f" {title}")
    made.press("x")
    made.wait_for("4 of 9", "has no prefix length")
    yield made.screen(styles=True)
    made.send(findings)
    made.wait_for("What is missing, wrong or found")
    yield made.screen(styles=True)
    made.press("escape")
    made.wait_for("Second VIP")  # which the list covers
    for title in ("Load balancers", "VRRP: who", "HAProxy", "nothing can be written yet"):
        made.press("ctrl+n")
        made.wait_for(title)
    yield made.screen(styles=True)


@pytest.mark.daemon("tmux")
def test_no_color_means_no_colour_and_what_colours_tell_is_told_otherwise(tmp_path: Path) -> None:
    with terminal(tmp_path, NO_COLOR="1", TERM="xterm-256color") as made:
        start, step, preview, wrong, findings, review = shown = list(journey(made, b"\x1bOR", b"\x1bOQ"))
    for screen in shown:
        assert not sgr(screen) & _COLOURS
        assert 1 in sgr(screen)
    assert 4 in styles_of(start, "Change")
    assert 4 not in styles_of(start, "New")
    assert 4 in styles_of(step, "kube-control.kacangisnuts.com", beside="DNS name ")  # the field that has the focus
    assert {2} <= styles_of(step, "default kube-control")  # nobody typed that
    assert "● DNS" in step
    assert "✓ 2 nodes" in step
    assert 7 in styles_of(preview, "haproxy-lb1/haproxy.cfg")
    assert 7 not in styles_of(preview, "haproxy-lb1/check")
    assert "✗ " in wrong
    assert "4 of 9  ✗ Address / prefix: " in _SGR.sub("", wrong)
    assert "✗ wrong" in findings
    assert "✗ VIP" in _SGR.sub("", review)


@pytest.mark.daemon("tmux")
def test_the_linux_console_gets_its_own_colours_characters_and_keys(tmp_path: Path) -> None:
    with terminal(tmp_path, TERM="linux") as made:
        shown = list(journey(made, b"\x1b[[C", b"\x1b[[B"))
        made.send(b"\x1b[[A")
        made.wait_for("Ctrl+P       everything else")
        shown.append(made.screen(styles=True))
    for screen in shown:
        assert not sgr(screen) & _MANY
        plain = _SGR.sub("", screen)
        assert console_text(plain) == plain
        assert all(len(line) <= 80 for line in plain.splitlines())
    plains = [_SGR.sub("", screen) for screen in shown]
    assert "* DNS" in plains[1]
    assert "+ 2 nodes" in plains[1]
    assert "x wrong" in plains[4]
    assert "┌" in plains[4]


@pytest.mark.daemon("tmux")
def test_textual_theme_chooses_a_theme(tmp_path: Path) -> None:
    code = "from pathlib import Path; from wizard.tui.app import Wizard; print(Wizard(Path('x')).theme)"
    for theme in THEMES:
        env = {**os.environ, "TEXTUAL_THEME": theme}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == theme


def test_a_terminal_of_few_colours_has_its_own_ones_unless_the_user_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTUAL_THEME", raising=False)
    assert [fitting_theme(system) for system in ("standard", None)] == ["ansi-dark", "ansi-dark"]
    assert [fitting_theme(system) for system in ("256", "truecolor")] == [None, None]
    monkeypatch.setenv("TEXTUAL_THEME", "textual-light")
    assert fitting_theme("standard") is None


@pytest.mark.daemon("tmux")
def test_an_unknown_theme_costs_nothing_but_the_theme(tmp_path: Path) -> None:
    with terminal(tmp_path, TERM="xterm-256color", TEXTUAL_THEME="none-such") as made:
        made.wait_for("Change", "New")


def test_the_palette_chooses_a_theme(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        for theme in THEMES[::-1]:
            await choose(pilot, app, theme)

    async def choose(pilot: Driven, app: Wizard, theme: str) -> None:
        await press(pilot, "ctrl+p")
        await sees(pilot, "Search for commands")
        await press(pilot, "theme")
        await sees(pilot, "Change the current theme")
        await press(pilot, "enter")
        await sees(pilot, "Search for themes")
        await press(pilot, theme)
        await sees(pilot, theme)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: app.theme == theme and isinstance(app.screen, StartScreen))

    drive(tmp_path, script)


def test_every_word_stands_out_in_every_theme(tmp_path: Path) -> None:
    async def looks(pilot: Driven, app: Wizard) -> None:
        for theme in THEMES:
            app.theme = theme
            await pilot.pause(0.1)
            assert not faint(app), theme

    async def visit(pilot: Driven, app: Wizard, answers: dict[Place, str], keys: str) -> None:
        app.session.replace_answers(Answers(answers))
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        for key in keys.split():
            await app.go(key)
            await looks(pilot, app)

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        await looks(pilot, app)
        await visit(pilot, app, WRONG, "vip review")
        await visit(pilot, app, ARTICLE, "load-balancers vrrp haproxy advanced write cutover review")
        await sees(pilot, "F4 diff")
        await press(pilot, "f4")
        await opens(pilot, PageDialog)
        await looks(pilot, app)
        await press(pilot, "escape")
        await visit(pilot, app, {}, "dns review")

    drive(tmp_path, script, size=LARGE)


def test_the_findings_below_the_cursor_can_be_read_in_every_theme(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        await press(pilot, "f2")
        await opens(pilot, FindingsDialog)
        await sees(pilot, "✗ wrong")
        for theme in THEMES:
            app.theme = theme
            await pilot.pause(0.1)
            box = app.screen.query_one(".dialog").region
            lines = app.screen._compositor.render_strips()[box.y : box.bottom]
            words = [part for line in lines for part in line.crop(box.x, box.right) if part.text.strip()]
            assert words
            low = [part.text for part in words if contrast(app, part) < LEAST and part.text.strip().isalnum()]
            assert low == [], theme

    drive(tmp_path, script, answers=WRONG)


@given(st.text())
def test_what_the_console_gets_is_as_wide_as_before_and_in_its_fonts(text: str) -> None:
    shown = console_text(text)
    assert cell_len(shown) == cell_len(text)
    assert console_text(shown) == shown


def test_symbols_that_tell_things_apart_stay_apart_on_the_console() -> None:
    for together in ("✓●✗○!-~", "+~=", "‹›", "←→↑↓"):
        assert len(set(console_text(together))) == len(together)


def test_the_app_itself_writes_no_colour_where_there_are_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    def check(pilot: Driven) -> None:
        styles = [part.style for line in pilot.app.screen._compositor.render_strips() for part in line]
        colours = [colour for style in styles if style for colour in (style.color, style.bgcolor) if colour]
        assert styles
        assert all(colour.is_default for colour in colours)

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        for theme in THEMES:
            app.theme = theme
            await pilot.pause()
            check(pilot)
        app.session.replace_answers(Answers(ARTICLE))
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
        # At this size the plan, the picture and both nodes' files stand beside the fields.
        for key in ["load-balancers", "vrrp", "haproxy", "advanced", "review", "write", "cutover"]:
            await app.go(key)
            await at_step(pilot, key)
            await pilot.pause()
            check(pilot)

    drive(tmp_path, script, size=LARGE)
