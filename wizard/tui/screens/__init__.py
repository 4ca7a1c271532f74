"""The wizard's screens: the start, a form for each step with fields, and the review, write and cutover screens."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

if TYPE_CHECKING:
    from wizard.tui.app import Wizard

DESIGN_WIDTH, DESIGN_HEIGHT = 80, 24
_PATIENCE = 1.0  # seconds


class Page(Screen[None]):
    """A screen that knows its app as the wizard."""

    @property
    def wizard(self) -> Wizard:
        """The app."""
        return cast("Wizard", self.app)


class TooSmall(Widget):
    """Covers a screen whose terminal is too small to show it (app.tcss says when); the keys go on working below."""

    def render(self) -> Content:
        """The size there is, and the one that is wanted."""
        width, height = self.app.size
        return Content(
            f"make the terminal larger (now {width}x{height}, wanted {DESIGN_WIDTH}x{DESIGN_HEIGHT})\n"
            "Esc goes back, Ctrl+Q leaves; the draft is kept"
        )


async def settled(widget: Widget) -> None:
    """Wait until a widget has dealt with the keys that it got before now: they may have come all in one go.

    For actions that run in the app's own order of events, which is that of the keys.
    """
    done = asyncio.Event()
    if widget.call_later(done.set):
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), _PATIENCE)
