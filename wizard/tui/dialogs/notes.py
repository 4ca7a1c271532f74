"""Lines that the user must know before continuing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from rules.report import printable
from wizard.tui.dialogs.base import Dialog


class NotesDialog(Dialog[None]):
    """A title and a list to read; every line is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "dismiss(None)", "continue", id="notes.continue")]

    def __init__(self, title: str, notes: Sequence[str]) -> None:
        super().__init__()
        self._heading = title
        self._notes = notes

    def compose(self) -> ComposeResult:
        """The lines as a list."""
        with Vertical(classes="dialog"):
            yield Static(self._heading, markup=False, classes="title")
            yield OptionList(*(Option(Content(printable(note))) for note in self._notes))
            yield Button("Continue", compact=True)

    def on_option_list_option_selected(self) -> None:
        """Enter continues."""
        self.dismiss(None)

    def on_button_pressed(self) -> None:
        """So does a click."""
        self.dismiss(None)
