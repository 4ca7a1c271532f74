"""The files over the whole screen, where there is no room for them beside the form."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from wizard.tui.dialogs.base import Dialog
from wizard.tui.judging import AnswersJudged
from wizard.tui.widgets.preview import Preview


class PreviewDialog(Dialog[None]):
    """The preview and its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f3,ctrl+r", "dismiss(None)", "back", id="preview.back")]

    def compose(self) -> ComposeResult:
        """The preview and the keys."""
        yield Preview()
        yield Static("← → other file   Tab ↑ ↓ scroll   ▎ changed by the last answer   Esc back", classes="keys")

    def on_mount(self) -> None:
        """The tabs have the focus."""
        self.query_one(Preview).take_focus()

    def on_answers_judged(self, _message: AnswersJudged) -> None:
        """Show the new files."""
        self.query_one(Preview).show()
