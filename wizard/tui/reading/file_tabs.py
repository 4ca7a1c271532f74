"""The names of files in a line, one of them chosen."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class FileTabs(Widget, can_focus=True):
    """The files' names in a line, one of them chosen: left and right go through them, a click chooses.

    One widget for all of them: many widgets would make every change of the screen slow.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "previous", show=False, id="files.previous"),
        Binding("right", "turn(1)", "next", show=False, id="files.next"),
    ]
    names: reactive[tuple[str, ...]] = reactive(())
    active: reactive[int] = reactive(0)

    class Chosen(Message):
        """Another file is chosen."""

    def render(self) -> Content:
        """The names, from the first one that leaves room for the whole of the chosen one."""
        return Content("").join(
            Content.styled(f" {self.names[number]} ", "reverse bold" if number == self.active else "$text-muted")
            for number, _, _ in self._places()
        )

    def _places(self) -> list[tuple[int, int, int]]:
        """Index, first column and end column (exclusive) of each name, from the first one shown."""
        first = self.active
        while first > 0 and sum(len(name) + 2 for name in self.names[first - 1 : self.active + 1]) <= self.size.width:
            first -= 1
        found, column = [], 0
        for number in range(first, len(self.names)):
            found.append((number, column, column + len(self.names[number]) + 2))
            column = found[-1][2]
        return found

    def action_turn(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) file, and around."""
        if self.names:
            self.active = (self.active + by) % len(self.names)
            self.post_message(self.Chosen())

    def on_click(self, event: events.Click) -> None:
        """Choose the file under the pointer."""
        for number, start, end in self._places():
            if start <= event.x < end:
                self.active = number
                self.post_message(self.Chosen())
