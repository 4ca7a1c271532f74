"""The choice between leaving, merging and replacing what others wrote, in one line."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wizard.questions.writing import Way
from wizard.tui.type_ahead import run_binding_at_once

_GAP = "  "


class MergeChoice(Widget, can_focus=True):
    """Left, right and blank go through the ways, and a click chooses one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "previous", show=False, id="ways.previous"),
        Binding("right,space", "turn(1)", "next", show=False, id="ways.next"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    MergeChoice { height: auto; background: $surface; }
    MergeChoice:focus { background: $boost; background-tint: $primary 15%; color: $text-primary; }
    MergeChoice:nocolor:focus { text-style: reverse; }
    """
    way: reactive[Way] = reactive(Way.LEAVE)

    class Chosen(Message):
        """Another way has been chosen."""

    def render(self) -> Content:
        """All ways, the chosen one marked."""
        return Content(_GAP).join(
            Content.styled(_button(way, chosen=way is self.way), "bold" if way is self.way else "") for way in Way
        )

    def watch_way(self) -> None:
        """Tell the screen."""
        if self.is_mounted:
            self.post_message(self.Chosen())

    async def on_key(self, event: events.Key) -> None:
        """Keys in the order in which they come."""
        await run_binding_at_once(self, event)

    def action_turn(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) one, round and round."""
        ways = list(Way)
        self.way = ways[(ways.index(self.way) + by) % len(ways)]

    def on_click(self, event: events.Click) -> None:
        """Choose what is below the pointer."""
        end = 0
        for way in Way:
            end += len(_button(way, chosen=False)) + len(_GAP)
            if event.x < end:
                self.way = way
                return


def _button(way: Way, *, chosen: bool) -> str:
    return f"({'●' if chosen else ' '}) {way.value}"
