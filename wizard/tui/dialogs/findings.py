"""What is missing, wrong or found, as a list that leads to the fields."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rules.plan import key_at
from rules.report import printable
from rules.text import clipped
from wizard.questions.answers import Place
from wizard.questions.known.remedies import remedy
from wizard.questions.review import Overrides, items
from wizard.questions.session import Judgement, step_of
from wizard.tui.copying import of_help
from wizard.tui.dialogs.base import Dialog
from wizard.tui.host import host_of
from wizard.tui.reading.search import SearchedList
from wizard.tui.widgets.findings import finding_line


class FindingsDialog(Dialog[Place]):
    """The list, and the `reason` if the user did not ask for it; returns the place of the chosen answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2,ctrl+l", "dismiss(None)", "back", id="findings.back"),
        Binding("a", "apply", "apply", show=False, id="findings.apply"),
        Binding("c", "copy", "copy", show=False, id="findings.copy"),
    ]

    def __init__(self, outcome: Judgement, overrides: Overrides, reason: str = "") -> None:
        super().__init__()
        self._reason = reason
        self._outcome = outcome
        self._items = items(outcome, overrides)

    def compose(self) -> ComposeResult:
        """A title, the list, the keys."""
        title = "What is missing, wrong or found" if self._items else "✓ nothing is missing, wrong or found"
        with Vertical(classes="dialog"):
            yield Static(self._reason or title, markup=False, classes="title")
            if self._items:
                yield SearchedList(OptionList(*(Option(finding_line(item)) for item in self._items)))
            yield Static(
                "Enter: to the field   a: apply   c: copy   /: search   Esc: back", markup=False, classes="keys"
            )

    def on_mount(self) -> None:
        """The list has the focus."""
        for options in self.query(OptionList):
            options.focus()

    def action_apply(self) -> None:
        """Answer what ends the line under the cursor, and show it in its field; or say why that can't be done."""
        at = self.query_one(OptionList).highlighted if self._items else None
        if at is None:
            return
        found = remedy(self._items[at], self._outcome)
        step = step_of(found.place) if found.place is not None else None
        if found.place is None or step is None:
            self.notify(found.why, markup=False)
            return
        host = host_of(self)
        was = host.session.answers[found.place]
        host.session.set_answer(found.place, found.text)
        secret = key_at(found.place).secret
        words = "it is written in its field" if secret else f"'{was}' is now '{found.text}'"
        self.notify(printable(clipped(f"{words}; Ctrl+Z takes it back")), title="Applied", markup=False)
        self.dismiss(None)
        host.show_step(step.key, found.place)

    def action_copy(self) -> None:
        """Copy what the line under the cursor says to type."""
        at = self.query_one(OptionList).highlighted if self._items else None
        if at is not None and self._items[at].more:
            host_of(self).copy(of_help(self._items[at].more))
        else:
            self.notify("this line says nothing to type", markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go where the line leads; a line that is about no single answer leads nowhere."""
        place = self._items[event.option_index].place
        if place is not None and step_of(place) is not None:
            self.dismiss(place)
        else:
            self.notify("this is not about a single field; see the review", markup=False)
