"""What is missing, wrong or found, as a list that leads to the fields; and the one line about it below each form."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rules.engine.finding import Severity
from rules.text.wording import counted
from wizard.questions.answers import Place
from wizard.questions.review import Item, Kind, Overrides, items
from wizard.questions.session import Outcome, step_of
from wizard.tui.widgets.dialog import Dialog

_SYMBOLS = {
    Kind.MISSING: "○",
    Kind.WRONG: "✗",
    Kind.ERROR: "✗",
    Kind.OVERRIDDEN: "~",
    Kind.WARNING: "!",
    Kind.INFO: "-",
}
_COLOURS = {"✗": "$text-error", "!": "$text-warning", "-": "$text-accent", "○": "$text-muted", "~": "$text-muted"}
_NAMED = 2  # missing answers that the line names


def status(outcome: Outcome, overrides: Overrides) -> Content:
    """The line about the files: their findings, or why there are none yet."""
    found = items(outcome, overrides)
    wrong = [item for item in found if item.kind is Kind.WRONG]
    if wrong:
        words = f"✗ {counted(len(wrong), 'answer')} wrong: {wrong[0].text}"
        return Content.assemble("files: ", (words, "$text-error"))
    missing = [item for item in found if item.kind is Kind.MISSING]
    if missing:
        names = "; ".join(item.text for item in missing[:_NAMED])
        more = f"; and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        return Content.assemble("files: ", (f"○ missing: {names}{more}", "$text-muted"))
    report = outcome.report
    if report is None:
        return Content("files: none yet")
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    words = f"{counted(len(report.nodes), 'node')}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"
    if not found:
        return Content.assemble("files: ", (f"✓ {words}", "$text-success"))
    symbol = _SYMBOLS[found[0].kind]
    return Content.assemble("files: ", (f"{symbol} {words}: {found[0].text}", _COLOURS[symbol]))


def because(outcome: Outcome) -> Content:
    """Why there are no files: everything that is wrong or missing, a line each."""
    lines = [_shown(item) for item in items(outcome, {}) if item.kind in (Kind.WRONG, Kind.MISSING)]
    return Content("\n").join(lines)


class FindingsScreen(Dialog[Place]):
    """The list, and the `reason` why it is shown if the user did not ask for it; gives the answer that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f2,ctrl+l", "dismiss(None)", "back", id="findings.back")]

    def __init__(self, outcome: Outcome, overrides: Overrides, reason: str = "") -> None:
        super().__init__()
        self._reason = reason
        self._items = items(outcome, overrides)

    def compose(self) -> ComposeResult:
        """A title, the list, the keys."""
        title = "What is missing, wrong or found" if self._items else "✓ nothing is missing, wrong or found"
        with Vertical(classes="dialog"):
            yield Static(self._reason or title, markup=False, classes="title")
            if self._items:
                yield OptionList(*(Option(_shown(item)) for item in self._items))
            yield Static("Esc: back   (Enter goes to the field)", markup=False, classes="keys")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go where the line leads; a line that belongs to no answer leads nowhere."""
        place = self._items[event.option_index].place
        if place is not None and step_of(place) is not None:
            self.dismiss(place)
        else:
            self.notify("this line belongs to no single field; the review says more", markup=False)


def _shown(item: Item) -> Content:
    symbol = _SYMBOLS[item.kind]
    more = f"; {item.more}" if item.more else ""
    return Content.assemble((f"{symbol} {item.kind.value}: ", _COLOURS[symbol]), item.text, (more, "$text-muted"))
