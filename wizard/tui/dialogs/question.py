"""A question with two answers. Enter and Esc answer no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from rules.report import printable
from wizard.tui.dialogs.base import Above


class QuestionDialog(Above[bool]):
    """Returns whether the answer is yes; `lines` say what it is about."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="question.back", key_display="Esc"),
        Binding("left,right", "app.focus_next", show=False, id="question.other"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    QuestionDialog { align: center middle; }
    QuestionDialog > Vertical {
        width: 76; max-width: 95%; height: auto; max-height: 90%; padding: 1 2;
        background: $surface; border: solid $warning;
    }
    QuestionDialog Static { height: auto; }
    QuestionDialog VerticalScroll { height: auto; max-height: 10; margin: 1 0; }
    QuestionDialog Horizontal { height: auto; }
    QuestionDialog Button { margin-right: 2; }
    """

    def __init__(self, text: str, lines: Sequence[str], *, yes: str, no: str) -> None:
        super().__init__()
        self._text = text
        self._lines = lines
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """What it is about, the question, the answers."""
        with Vertical():
            yield Static(self._text, markup=False)
            with VerticalScroll(can_focus=False):
                yield Static("\n".join(map(printable, self._lines)), markup=False)
            with Horizontal():
                yield Button(self._no, id="no")
                yield Button(self._yes, id="yes", variant="warning")

    def on_mount(self) -> None:
        """No is what happens when nothing is chosen."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the answer."""
        self.dismiss(event.button.id == "yes")

    def action_leave(self) -> None:
        """The answer is no."""
        self.dismiss(False)
