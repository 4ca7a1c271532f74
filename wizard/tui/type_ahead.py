"""Keys take effect in the order in which they were typed, even when all of them come at once.

Textual has each widget work through a queue of its own: Enter, which belongs to the screen, would overtake the letters
that were typed before it, and letters would overtake a key that goes up to the app and comes back.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from textual import events
from textual.widget import Widget

from wizard.tui.textual_private import bindings_for

_PATIENCE = 1.0  # seconds


async def run_binding_at_once(widget: Widget, event: events.Key) -> None:
    """Run the action that a widget's own bindings have for a key (except Enter) before its next key is handled."""
    bindings = bindings_for(widget, event.key)
    if bindings and event.key != "enter":
        event.stop()
        event.prevent_default()
        await widget.app.run_action(bindings[0].action, widget)


async def earlier_keys_handled(widget: Widget) -> None:
    """Wait until a widget has handled the keys that it was sent before now, for a second at most.

    For actions that run in the app's own order of events, which is that of the keys.
    """
    done = asyncio.Event()
    if widget.call_later(done.set):
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), _PATIENCE)
