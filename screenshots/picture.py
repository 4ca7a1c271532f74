"""A picture of the app: an SVG that depends on nothing but what is on the screen, and names no other host."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from textual.widgets import Input

from tests.wizard.tui.support.pilot import PATIENCE, Driven, text, until
from wizard.tui.app import Wizard
from wizard.tui.screens.cutover import TICK, CutoverScreen

SIZE = (80, 24)
QUIET = 0.4  # seconds without a change after which a screen is taken to be finished

# Rich has the fonts come from a server, and names its own in a comment.
_FONT_FACE = re.compile(r"^\s*@font-face \{.*?\}\n", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"^\s*<!--.*?-->\n", re.DOTALL | re.MULTILINE)
# Rich names the classes after the content, so that one changed letter would change every line.
_CLASSES = re.compile(r"\bterminal-\d+")
_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{2,}")
_TEXT = re.compile(r' x="([\d.]+)" (y="[\d.]+") textLength="([\d.]+)"([^>]*)>((?:&#160;)*)([^<]*?)((?:&#160;)*)</text>')
_BLANK = "&#160;"
_CELL = 12.2  # a character's width


@contextmanager
def plain_terminal() -> Iterator[None]:
    """The environment of an ordinary terminal in the time zone UTC, whatever the caller's is."""
    others = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    try:
        with patch.dict(os.environ, others | {"TERM": "xterm-256color", "TZ": "UTC"}, clear=True):
            time.tzset()
            yield
    finally:
        time.tzset()


async def taken(pilot: Driven, app: Wizard, title: str) -> str:
    """The screen as an SVG, as soon as the answers are judged and nothing changes any more."""
    await judged(pilot, app)
    await settled(pilot, app)
    svg = app.export_screenshot(title=title, simplify=True)
    for pattern, put in ((_FONT_FACE, ""), (_COMMENT, ""), (_CLASSES, "t"), (_BLANKS, ""), (_EMPTY_LINES, "\n")):
        svg = pattern.sub(put, svg)
    return _TEXT.sub(_without_blanks, svg)


async def judged(pilot: Driven, app: Wizard) -> None:
    """Wait until the answers that there are now are judged."""
    await until(pilot, lambda: app.session.outcome.answers == app.session.answers)


def _without_blanks(text: re.Match[str]) -> str:
    """The text without the blanks around it: not every viewer keeps those at the beginning."""
    before, after = (text[group].count(_BLANK) for group in (5, 7))
    x, length = float(text[1]) + before * _CELL, float(text[3]) - (before + after) * _CELL
    return f' x="{x:.1f}" {text[2]} textLength="{length:.1f}"{text[4]}>{text[6]}</text>'


async def settled(pilot: Driven, app: Wizard) -> None:
    """Wait until nothing changes on the screen any more."""
    last: object = None
    begun = since = time.monotonic()
    quiet = QUIET + (TICK if isinstance(app.screen, CutoverScreen) else 0.0)  # which wraps its lines anew at a tick
    while time.monotonic() - since < quiet or any(worker.is_running for worker in app.workers):
        assert time.monotonic() - begun < 2 * PATIENCE, f"it goes on changing:\n{text(pilot)}"
        for field in app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause(0.02)
        now = app.screen._compositor.render_strips()
        if now != last:
            last, since = now, time.monotonic()
