"""Asking whether to leave."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button, Static

from rules.report import printable
from wizard.tui.dialogs.base import Dialog


class QuitDialog(Dialog[bool]):
    """Asks whether to leave; returns True for yes. `failure`: why the draft could not be saved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "back", id="quit.back"),
        Binding("left,up", "app.focus_previous", "other", show=False, id="quit.previous"),
        Binding("right,down", "app.focus_next", "other", show=False, id="quit.next"),
    ]

    def __init__(self, failure: str = "") -> None:
        super().__init__()
        self._failure = failure

    def compose(self) -> ComposeResult:
        """The question and the two answers."""
        with Vertical(classes="dialog"):
            yield Static("Leave halb?", markup=False, classes="title")
            text = (
                f"✗ {printable(self._failure)}: the answers would be lost" if self._failure else "The draft is saved."
            )
            yield Static(text, markup=False)
            yield Button("Leave", id="leave", compact=True)
            yield Button("Stay", id="stay", compact=True)

    def on_mount(self) -> None:
        """The harmless answer has the focus."""
        self.query_one("#stay" if self._failure else "#leave").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Return the answer."""
        self.dismiss(event.button.id == "leave")
