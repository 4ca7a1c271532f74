"""Asking for the plan to watch, where this folder has none."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button, Input, Static

from rules.report import printable
from wizard.questions.session import PLAN
from wizard.questions.start_choices import Origin, look
from wizard.tui.dialogs.base import Dialog
from wizard.tui.host import host_of

_WORDS = (
    f"The cutover watches the cluster of a plan, and this folder has none. Name a folder with a {PLAN} or a draft, or "
    f"a {PLAN} itself. Esc goes back, where New makes a plan."
)


class PlanDialog(Dialog[Origin]):
    """Asks for a folder; returns the answers of its plan, or of its draft."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "back", id="plan.back")]

    def compose(self) -> ComposeResult:
        """The question, the folder, what is wrong."""
        with Vertical(classes="dialog"):
            yield Static("Which plan?", markup=False, classes="title")
            yield Static(_WORDS, markup=False)
            yield Input(placeholder="for example: ~/kube-lb", compact=True)
            yield Static(markup=False, id="wrong")
            yield Button("Watch", compact=True)
            yield Static("Enter: watch   Esc: back", markup=False, classes="keys")

    def on_button_pressed(self) -> None:
        """The same as Enter."""
        self.on_input_submitted()

    def on_input_submitted(self) -> None:
        """Return the plan of the folder, or say what is wrong."""
        text = self.query_one(Input).value.strip()
        if not text:
            self._say(f"name a folder with a {PLAN}")
            return
        try:
            folder = Path(text).expanduser()
        except RuntimeError:  # `~name` of an unknown user
            folder = Path(text)
        if folder.name == PLAN:
            folder = folder.parent
        if "\0" in text or not folder.is_dir():
            self._say(f"{printable(str(folder))} is no folder")
            return
        found = look(folder, host_of(self).session.store, None)
        origin = found.plan or found.draft
        if origin is None:
            self._say(found.plan_fault or f"{folder} has no {PLAN} and no draft")
        else:
            # Another folder's draft is not this run's to replace.
            self.dismiss(origin._replace(draft=None, on_disk=True))

    def _say(self, text: str) -> None:
        self.query_one("#wrong", Static).update(f"✗ {printable(text)}")
