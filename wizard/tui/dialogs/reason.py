"""Asking why an error is accepted. The reason is written into the files, for whoever reads them next."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from wizard.questions.review import reason_fault
from wizard.tui.dialogs.base import Above


class ReasonDialog(Above[str | None]):
    """Returns the reason, or None when the user does not accept the error after all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", id="reason.back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ReasonDialog { align: center middle; }
    ReasonDialog > Vertical {
        width: 72; max-width: 95%; height: auto; padding: 1 2; background: $surface; border: solid $error;
    }
    ReasonDialog Static { height: auto; margin-bottom: 1; }
    ReasonDialog Horizontal { height: auto; margin-top: 1; }
    ReasonDialog #reason-fault { color: $text-error; margin: 0; }
    ReasonDialog Button { margin-right: 2; }
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__()
        self._code = code
        self._text = text

    def compose(self) -> ComposeResult:
        """The error, and where to type the reason."""
        with Vertical():
            yield Static(self._text, markup=False)
            yield Static(f"Why is this right here? The reason is written into the files, next to {self._code}.")
            yield Input(id="reason", placeholder="the switch filters these packets")
            yield Static(id="reason-fault", markup=False)
            with Horizontal():
                yield Button("Keep it an error", id="leave")
                yield Button("Write anyway", id="accept", variant="error")

    def on_mount(self) -> None:
        """Start typing."""
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
        """Keep it an error."""
        self.dismiss(None)
