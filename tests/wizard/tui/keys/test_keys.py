"""The keys: which ones there are, that every terminal sends one of them for each action, and what they do."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.binding import Binding
from textual.dom import DOMNode
from textual.widgets import Footer, Input
from textual.widgets._footer import FooterKey

import wizard.tui.dialogs
import wizard.tui.screens
import wizard.tui.widgets
from tests.wizard.tui.support.pilot import ARTICLE, Driven, at_step, closes, drive, field_at, opens, press, sees, until
from wizard.questions.answers import Answers, Place
from wizard.tui.app import Wizard
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.help import KEYS, HelpDialog
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.preview import PreviewDialog

SWALLOWED = {
    "GNOME Terminal, MATE Terminal": {"f1", "f10", "f11", "shift+f10"},
    "Xfce Terminal": {"f1", "f10", "f11", "shift+f10"},
    "Konsole": {"f1", "f11"},
    "Guake, Yakuake": {"f12"},
    "Byobu": {"f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f12"},
    "screen": {"ctrl+a"},
    "tmux": {"ctrl+b"},
    "Docker's attach": {"ctrl+p", "ctrl+q"},
    "a web page": {"ctrl+n", "ctrl+t", "ctrl+w", "f5", "f11"},
}
"""The keys that a terminal, or what stands between it and the program, keeps to itself."""
OTHERWISE = {
    "what_if": "the VRRP step and the review show it, and the palette leads to it",
    "advanced": "the palette leads to it",
    "edit": "the palette leads to it",
    "quit": "Esc on the start screen leaves too",
    "next_step": "the bar of steps leads there, and so does Enter in the last field",
    "remove": "a row that is emptied goes, and a click on its cross removes it",
}
"""What there is in place of a second key, by action."""
# They stop or end programs (Ctrl+Z does not: the terminal is raw), or are the same byte as another key: Backspace,
# Tab, Enter (twice), Esc.
NEVER = {
    *("ctrl+s", "ctrl+c", "ctrl+backslash", "ctrl+a", "ctrl+b"),
    *("ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+left_square_bracket", "ctrl+enter", "shift+enter"),
}
SEQUENCES = {
    "linux": [b"\x1b[[A", b"\x1b[[B", b"\x1b[[C", b"\x1b[[D", b"\x1b[[E"],
    "xterm": [b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~"],
    "putty, rxvt": [b"\x1b[11~", b"\x1b[12~", b"\x1b[13~", b"\x1b[14~", b"\x1b[15~"],
}
"""What the terminals send for F1 to F5. From F6 on they agree."""


def owners() -> Iterator[type[DOMNode]]:
    """The app, and all classes of the screens and widgets that have bindings of their own."""
    yield Wizard
    for package in (wizard.tui.dialogs, wizard.tui.screens, wizard.tui.widgets):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for owner in vars(importlib.import_module(found.name)).values():
                own = isinstance(owner, type) and issubclass(owner, DOMNode) and owner.__module__ == found.name
                if own and "BINDINGS" in vars(owner):
                    yield owner


def keys_of(owner: type[DOMNode]) -> dict[str, set[str]]:
    """Keys by action."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for binding in vars(owner)["BINDINGS"]:
        assert isinstance(binding, Binding)
        found[binding.action.removeprefix("app.")] |= set(binding.key.split(","))
    return found


OWNERS = list(owners())


def test_there_are_keys_to_look_at() -> None:
    names = {owner.__name__ for owner in OWNERS}
    assert {"Wizard", "StepScreen", "ReviewScreen", "WriteScreen", "CutoverScreen", "MachineList"} <= names


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_no_terminal_swallows_all_keys_of_an_action(owner: type[DOMNode]) -> None:
    for action, keys in keys_of(owner).items():
        if action in OTHERWISE:
            continue
        apps = keys_of(Wizard).get(action, set())  # its own keys for the same thing stay
        for terminal, taken in SWALLOWED.items():
            assert (keys | apps) - taken, (action, terminal)


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_no_key_is_another_one_in_disguise_or_belongs_to_text_fields(owner: type[DOMNode]) -> None:
    editing = {
        key for binding in Input.BINDINGS if isinstance(binding, Binding) for key in binding.key.split(",")
    }  # the wizard has no other text field
    for action, keys in keys_of(owner).items():
        assert not keys & NEVER, action
        assert not {key for key in keys if key.startswith("ctrl+")} & editing, action


@pytest.mark.parametrize("owner", OWNERS, ids=lambda owner: owner.__name__)
def test_every_binding_has_a_name_for_keymaps(owner: type[DOMNode]) -> None:
    assert [binding.key for binding in vars(owner)["BINDINGS"] if not binding.id] == []


@pytest.mark.parametrize("terminal", SEQUENCES)
def test_the_first_function_keys_are_understood_from_every_terminal(terminal: str) -> None:
    for number, sequence in enumerate(SEQUENCES[terminal], 1):
        found = [event for event in XTermParser().feed(sequence.decode()) if isinstance(event, events.Key)]
        assert [event.key for event in found] == [f"f{number}"]


def test_the_help_names_every_key_of_the_app() -> None:
    for keys in keys_of(Wizard).values():
        for key in keys - {"escape"}:
            named = key.replace("underscore", "_")
            assert named.capitalize() in KEYS or f"Ctrl+{named[-1].upper()}" in KEYS, key


@pytest.mark.slow
@pytest.mark.parametrize("step", ["", "dns", "review", "write", "cutover"])
def test_the_footer_shows_keys_that_reach_the_app_on_a_desktop(tmp_path: Path, step: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        if step:
            await app.go(step)
            await at_step(pilot, step)
        await until(pilot, lambda: len(app.screen.query(FooterKey)) > 3)
        shown = {key.key for key in app.screen.query_one(Footer).query(FooterKey)}
        assert not shown & SWALLOWED["GNOME Terminal, MATE Terminal"]
        assert {"ctrl+g", "escape"} <= shown
        await until(pilot, lambda: app.session.outcome.answers == app.session.answers)

    drive(tmp_path, script, answers=ARTICLE)


@pytest.mark.slow
def test_the_second_keys_open_and_close_what_the_first_ones_do(tmp_path: Path) -> None:
    place = Place("cluster", 0, "endpoint")

    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns", place)
        await until(pilot, lambda: app.session.outcome.files and field_at(app, place).answer.has_focus)
        for key, screen in (("ctrl+g", HelpDialog), ("ctrl+l", FindingsDialog), ("ctrl+r", PreviewDialog)):
            await press(pilot, key)
            await opens(pilot, screen)
            await press(pilot, key)
            await closes(pilot, screen)
        await press(pilot, "ctrl+o")
        await at_step(pilot, "write")
        await sees(pilot, "files would be written")
        await press(pilot, "ctrl+t")
        await opens(pilot, PageDialog)

    assert drive(tmp_path, script, answers=ARTICLE).session.answers == Answers(ARTICLE)


def test_the_last_line_of_a_long_help_stays_visible(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "ctrl+g")
        await opens(pilot, HelpDialog)
        await sees(pilot, "Esc: back")

    drive(tmp_path, script)
