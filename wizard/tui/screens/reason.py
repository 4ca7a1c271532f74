"""Asking for the reason why an error is accepted. It becomes part of the files, so that the next one can read it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from wizard.questions.review import reason_fault


class Reason(ModalScreen[str | None]):
    """Gives the reason, or None when the user thinks better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="reason.back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    Reason { align: center middle; }
    Reason > Vertical {
        width: 72; max-width: 95%; height: auto; padding: 1 2; background: $surface; border: solid $error;
    }
    Reason Static { height: auto; margin-bottom: 1; }
    Reason Horizontal { height: auto; margin-top: 1; }
    Reason #reason-fault { color: $text-error; margin: 0; }
    Reason Button { margin-right: 2; }
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__()
        self._code = code
        self._text = text

    def compose(self) -> ComposeResult:
        """The error, and where to type."""
        with Vertical():
            yield Static(self._text, markup=False)
            yield Static(f"Why is that right here? The reason is written into the files, beside {self._code}.")
            yield Input(id="reason", placeholder="the switch filters these packets")
            yield Static(id="reason-fault", markup=False)
            with Horizontal():
                yield Button("Leave it an error", id="leave")
                yield Button("Write it all the same", id="accept", variant="error")

    def on_mount(self) -> None:
        """Begin to type."""
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        """Take the reason, if it is one."""
        self._accept()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        if event.button.id == "accept":
            self._accept()
        else:
            self.dismiss(None)

    def _accept(self) -> None:
        reason = self.query_one(Input).value.strip()
        if fault := reason_fault(reason):
            self.query_one("#reason-fault", Static).update(f"✗ {fault}")
            self.query_one(Input).focus()
        else:
            self.dismiss(reason)

    def action_leave(self) -> None:
        """Leave the error an error."""
        self.dismiss(None)
