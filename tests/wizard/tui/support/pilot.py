"""Driving the wizard without a terminal: keys, clicks, and waiting for what they bring about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from wizard.files import DraftStore
from wizard.questions.answers import Answers, Place
from wizard.tui.app import Wizard
from wizard.tui.dialogs.importing import ImportDialog
from wizard.tui.screens.step import StepScreen
from wizard.tui.session import Importer
from wizard.tui.widgets.field import AnswerField, field_around

SMALL, LARGE = (80, 24), (120, 36)
PATIENCE = 30.0  # seconds; a loaded machine takes its time

ARTICLE: dict[Place, str] = {
    Place("cluster", 0, "endpoint"): "kube-control.kacangisnuts.com",
    Place("control_plane", 0, "name"): "k8s-master1",
    Place("control_plane", 0, "address"): "192.168.2.151",
    Place("control_plane", 1, "name"): "k8s-master2",
    Place("control_plane", 1, "address"): "192.168.2.152",
    Place("control_plane", 2, "name"): "k8s-master3",
    Place("control_plane", 2, "address"): "192.168.2.153",
    Place("vip", 0, "address"): "192.168.2.140/24",
    Place("lb", 0, "name"): "haproxy-lb1",
    Place("lb", 0, "address"): "192.168.2.141",
    Place("lb", 0, "interface"): "ens160",
    Place("lb", 1, "name"): "haproxy-lb2",
    Place("lb", 1, "address"): "192.168.2.142",
    Place("lb", 1, "interface"): "ens160",
}
"""The answers that the article's cluster needs."""

Driven = Pilot[int]


def drive(
    directory: Path,
    script: Callable[[Driven, Wizard], Awaitable[None]],
    *,
    size: tuple[int, int] = SMALL,
    answers: dict[Place, str] | None = None,
    store: DraftStore | None = None,
    importer: Importer | None = None,
    notices: bool = False,
) -> Wizard:
    """Run the app, offline, and the script on it; gives the app as it was left. `notices`: they are shown."""
    app = Wizard(directory, store=store, importer=importer, offline=True)

    async def run() -> None:
        async with app.run_test(size=size, notifications=notices) as pilot:
            if answers is not None:
                app.session.replace_answers(Answers(answers))
            await script(pilot, app)

    asyncio.run(run())
    return app


async def until(pilot: Driven, condition: Callable[[], object]) -> None:
    """Let the app work until something holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, text(pilot)
        await pilot.pause(0.01)


_STILL = 20  # looks


async def click_still(pilot: Driven, selector: str) -> None:
    """Click a widget when it has stopped moving: pages scroll to what is new on them."""
    places: list[object] = []

    def rests() -> bool:
        places.append(pilot.app.screen.query_one(selector).region)
        return len(places) > _STILL and len(set(places[-_STILL:])) == 1

    await until(pilot, rests)
    await pilot.click(selector)


NAMES = {"enter", "escape", "tab", "up", "down", "left", "right", "space", "backspace", "home", "end", "delete"} | {
    "pageup",
    "pagedown",
}


def is_named(key: str) -> bool:
    """Whether this is the name of a key, not a text to be typed."""
    return key in NAMES or key.startswith(("ctrl+", "shift+")) or (key[0] == "f" and key[1:].isdigit())


def send_at_once(app: Wizard, *keys: str) -> None:
    """Give the app keys and texts the way a terminal does that is ahead of it: all before the first has its effect."""
    for key in keys:
        if is_named(key):
            app.post_message(events.Key(key, "\r" if key == "enter" else None))
            continue
        for character in key:
            app.post_message(events.Key(_character_to_key(character), character))


async def press(pilot: Driven, *keys: str) -> None:
    """Press keys and type texts, and let the app take them in."""
    send_at_once(cast(Wizard, pilot.app), *keys)
    await pilot.pause()


def text(pilot: Driven) -> str:
    """What stands on the screen, line by line."""
    strips = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def words(pilot: Driven) -> str:
    """What stands on the screen with single blanks: a sentence is found however it is wrapped."""
    return " ".join(text(pilot).split())


async def sees(pilot: Driven, wanted: str) -> None:
    """Let the app work until a text is on the screen."""
    await until(pilot, lambda: wanted in words(pilot))


async def at_step(pilot: Driven, key: str) -> None:
    """Let the app work until a step is shown."""
    app = cast(Wizard, pilot.app)
    await until(pilot, lambda: app.step == key and app.screen.is_mounted and app.screen.is_current)


def focused(app: Wizard) -> Place | None:
    """The place of the field that has the focus."""
    field = field_around(app.focused)
    return field.place if field else None


async def focuses(pilot: Driven, place: Place) -> None:
    """Let the app work until an answer's field has the focus."""
    await until(pilot, lambda: focused(cast(Wizard, pilot.app)) == place)


async def opens(pilot: Driven, screen: type[Screen[Any]]) -> None:
    """Let the app work until a dialog is open."""
    await until(pilot, lambda: isinstance(pilot.app.screen, screen))


async def ask_what_to_import(pilot: Driven) -> None:
    """From the start, open the dialog that asks for files to import."""
    await sees(pilot, "Import")
    await press(pilot, "down", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ImportDialog) and pilot.app.screen.query(Input))


async def closes(pilot: Driven, screen: type[Screen[Any]]) -> None:
    """Let the app work until a dialog is closed."""
    await until(pilot, lambda: not isinstance(pilot.app.screen, screen))


def field_at(app: Wizard, place: Place) -> AnswerField:
    """The field of an answer on the screen."""
    assert isinstance(app.screen, StepScreen)
    field = app.screen.field_at(place)
    assert field is not None, place
    return field


async def click_text(pilot: Driven, wanted: str, *, inside: type[Widget] | None = None) -> None:
    """Click where a text stands on the screen, as soon as it does."""
    await until(pilot, lambda: wanted in text(pilot))
    for row, line in enumerate(text(pilot).splitlines()):
        column = line.find(wanted)
        if column >= 0:
            widget, _ = pilot.app.screen.get_widget_at(column, row)
            assert inside is None or isinstance(widget, inside), widget
            await pilot.click(offset=(column, row))
            return
    raise AssertionError(f"{wanted!r} is not on the screen:\n{text(pilot)}")
