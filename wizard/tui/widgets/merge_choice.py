"""The choice between leaving, merging and replacing files that halb did not write, in one line."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wizard.questions.writing import Way

_GAP = "  "


class MergeChoice(Widget, can_focus=True):
    """Left, right and space step through the choices, and a click selects one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "previous", show=False, id="merge-choice.previous"),
        Binding("right,space", "turn(1)", "next", show=False, id="merge-choice.next"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    MergeChoice { height: auto; background: $surface; }
    MergeChoice:focus { background: $boost; background-tint: $primary 15%; color: $text-primary; }
    MergeChoice:nocolor:focus { text-style: reverse; }
    """
    choice: reactive[Way] = reactive(Way.LEAVE)
    offered: reactive[tuple[Way, ...]] = reactive((Way.LEAVE, Way.MERGE, Way.REPLACE))

    class Chosen(Message):
        """The choice has changed."""

    def render(self) -> Content:
        """All choices, the selected one marked."""
        return Content(_GAP).join(
            Content.styled(_button(one, chosen=one is self.choice), "bold" if one is self.choice else "")
            for one in self.offered
        )

    def watch_choice(self) -> None:
        """Tell the screen."""
        if self.is_mounted:
            self.post_message(self.Chosen())

    def action_turn(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) one, and around."""
        choices = self.offered
        self.choice = choices[(choices.index(self.choice) + by) % len(choices)]

    def on_click(self, event: events.Click) -> None:
        """Select what is under the pointer."""
        end = 0
        for one in self.offered:
            end += len(_button(one, chosen=False)) + len(_GAP)
            if event.x < end:
                self.choice = one
                return


def _button(one: Way, *, chosen: bool) -> str:
    return f"({'●' if chosen else ' '}) {one.value}"
