"""Keys, pastes and clicks take effect in the order in which they were typed, even when all of them come at once.

Textual has each widget work through a queue of its own. A key that belongs to the screen would overtake the letters
that were typed before it, and letters would overtake a key that goes up to the app and changes the screen.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

from textual import events, work
from textual.dom import DOMNode, NoScreen
from textual.errors import NoWidget
from textual.widget import Widget
from textual.widgets import Input

from wizard.tui.textual_private import QuietApp, Result

PATIENCE = 10.0  # seconds that a widget may take for a key before the next one is handed on; a busy machine is slow
_LOOKS = 100  # in that time, whether the widget is still there
_ROUNDS = 3  # the key; what the widget says of it; what its screen makes of that
_TYPED = (events.Key, events.Paste, events.MouseDown, events.MouseUp)


class OrderedApp(QuietApp[Result]):
    """An app that hands on what is typed one by one: the next when all have handled the one before.

    What has come meanwhile waits, but for letters that follow letters into a text field: they stay in its own order.
    A widget that does not answer holds nothing up for longer than PATIENCE.
    """

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Event] = deque()
        self._handing_on = False
        self._letters_on_their_way = False
        self._awaited: set[object] = set()

    def before_the_rest(self, doing: Callable[[], Awaitable[None]]) -> None:
        """Do what a key asks for and takes a moment; what is typed meanwhile is for what is shown then."""
        token = object()
        self._awaited.add(token)
        self._do(doing, token)

    @work(group="before the rest", exit_on_error=False)
    async def _do(self, doing: Callable[[], Awaitable[None]], token: object) -> None:
        patience = self.set_timer(PATIENCE, partial(self._done, token))
        try:
            await doing()
        finally:
            patience.stop()
            self._done(token)

    def _done(self, token: object) -> None:
        self._awaited.discard(token)
        self.call_later(self._go_on)

    async def _go_on(self) -> None:
        """Hand on what has waited, once the widget that has the focus now is ready for it."""
        if self._typed and not self._awaited and not self._handing_on:
            self._handing_on = True
            await self._settle(self._nodes_of(None), _ROUNDS)

    async def on_event(self, event: events.Event) -> None:
        """Take an event; one that was typed when its turn has come."""
        if not isinstance(event, _TYPED) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if not self._handing_on:
            await self._hand_on()

    async def _hand_on(self) -> None:
        """Hand on the letters that wait, and the first that is something else."""
        self._handing_on = not self._awaited
        if not self._handing_on:
            return
        while self._typed and self._is_letter(self._typed[0]):
            self._letters_on_their_way = True
            await super().on_event(self._typed.popleft())
        if not self._typed:
            self._handing_on = False
        elif self._letters_on_their_way:
            self._letters_on_their_way = False
            await self._settle(self._nodes_of(None), _ROUNDS)
        else:
            event = self._typed.popleft()
            nodes = self._nodes_of(event)
            try:
                await super().on_event(event)
            finally:
                await self._settle(nodes, _ROUNDS)

    def _is_letter(self, event: events.Event) -> bool:
        return isinstance(event, events.Key) and event.is_printable and isinstance(self.focused, Input)

    async def _settle(self, nodes: Sequence[DOMNode], rounds: int) -> None:
        """Wait for the widget and all around it, and go on; the app's own queue has a turn between the rounds."""
        if rounds:
            for node in nodes:
                await _caught_up(node)
            if self.call_later(self._settle, nodes, rounds - 1):
                return
        await self._hand_on()

    def _nodes_of(self, event: events.Event | None) -> list[DOMNode]:
        """The widget that gets the event, and all around it up to the screen, from the inside; else the focused one."""
        target: Widget | None = self.focused
        with suppress(NoScreen, NoWidget):
            if isinstance(event, events.MouseEvent):
                target, _ = self.get_widget_at(event.x, event.y)
            target = target or self.screen
        return [node for node in target.ancestors_with_self if isinstance(node, Widget)] if target else []


async def _caught_up(node: DOMNode) -> None:
    """Wait until a widget has handled what it was sent before now, or has gone."""
    done = asyncio.Event()
    if not node.call_later(done.set):
        return
    for _ in range(_LOOKS):
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), PATIENCE / _LOOKS)
        if done.is_set() or not node.is_running:
            return
