"""Choosing one of a few lines: which machine, which draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rules.report import printable
from wizard.tui.dialogs.base import Dialog


class ChooseDialog(Dialog[int]):
    """Returns the index of the chosen line; None when the dialog is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", id="choose.back")]

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._heading = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The question and the list."""
        with Vertical(classes="dialog"):
            yield Static(self._heading, markup=False, classes="title")
            yield OptionList(*(Option(Content(printable(line))) for line in self._lines))
            yield Static("Esc: back", markup=False, classes="keys")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the line."""
        self.dismiss(event.option_index)
