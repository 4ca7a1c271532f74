"""Lines that the user must know before continuing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button, Static

from rules.report import printable
from wizard.tui.dialogs.base import Dialog
from wizard.tui.reading.search import SearchedText, wrapped


class NotesDialog(Dialog[None]):
    """A title and lines to read, all of which are shown."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "dismiss(None)", "continue", id="notes.continue")]

    def __init__(self, title: str, notes: Sequence[str]) -> None:
        super().__init__()
        self._heading = title
        text = "\n".join(map(printable, notes))
        self._text = SearchedText(lambda width: wrapped(text, width, "  "))

    def compose(self) -> ComposeResult:
        """The lines, which scroll."""
        with Vertical(classes="dialog"):
            yield Static(self._heading, markup=False, classes="title")
            yield self._text
            yield Button("Continue", compact=True)

    def on_mount(self) -> None:
        """The keys scroll."""
        self._text.body().focus()

    def on_button_pressed(self) -> None:
        """A click continues, as Enter does."""
        self.dismiss(None)
