"""The files over the whole screen; with 100 columns, those of two nodes side by side."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from wizard.tui.dialogs.base import Dialog
from wizard.tui.judging import AnswersJudged
from wizard.tui.reading.preview import BAR, DIFFERS, Preview

_KEYS = f"← → other file  ↓ Tab scroll  / search  c copy  {BAR} just changed  Esc back"
_PAIR = f"← → other file  ↓ Tab scroll  / search  c copy  {BAR} just changed  {DIFFERS} not as beside it  Esc back"


class PreviewDialog(Dialog[None]):
    """The preview and its keys; `step` is the one whose file comes first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f3,ctrl+r", "dismiss(None)", "back", id="preview.back")]

    def __init__(self, step: str = "") -> None:
        super().__init__()
        self._step = step

    def compose(self) -> ComposeResult:
        """The preview and the keys."""
        yield Preview(self._step, paired=True)
        yield Static(_PAIR if self.app.size.width >= len(_PAIR) + 2 else _KEYS, classes="keys", markup=False)

    def on_mount(self) -> None:
        """The tabs have the focus."""
        self.query_one(Preview).take_focus()

    def on_answers_judged(self, _message: AnswersJudged) -> None:
        """Show the new files."""
        self.query_one(Preview).show()
