"""What happens if something fails, over the whole screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static

from wizard.tui.dialogs.base import Dialog
from wizard.tui.judging import AnswersJudged
from wizard.tui.widgets.what_if import WhatIf


class WhatIfDialog(Dialog[None]):
    """The list over the whole screen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f6", "dismiss(None)", "back", id="what-if.back")]

    def compose(self) -> ComposeResult:
        """The list and the keys."""
        with Vertical(classes="dialog"):
            yield WhatIf()
            yield Static("Enter: why, and what to do about it   Esc: back", markup=False, classes="keys")

    def on_mount(self) -> None:
        """The list has the focus."""
        self.query_one(OptionList).focus()

    def on_answers_judged(self, _message: AnswersJudged) -> None:
        """Show what happens with the new files."""
        self.query_one(WhatIf).look()
