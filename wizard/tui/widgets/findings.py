"""What is missing, wrong or found: as lines of a list, and in the one line below each form."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from rules import Severity
from rules.text import counted
from wizard.questions.review import Item, ItemKind, Overrides, items
from wizard.questions.session import Judgement

SYMBOLS = {
    ItemKind.MISSING: "○",
    ItemKind.WRONG: "✗",
    ItemKind.ERROR: "✗",
    ItemKind.OVERRIDDEN: "~",
    ItemKind.WARNING: "!",
    ItemKind.INFO: "-",
}
_COLOURS = {"✗": "$text-error", "!": "$text-warning", "-": "$text-accent", "○": "$text-muted", "~": "$text-muted"}
_NAMED = 2  # missing answers that the line names


def status(outcome: Judgement, overrides: Overrides) -> Content:
    """The line about the files: their findings, or why there are none yet."""
    found = items(outcome, overrides)
    wrong = [item for item in found if item.kind is ItemKind.WRONG]
    if wrong:
        words = f"✗ {counted(len(wrong), 'answer')} wrong: {wrong[0].text}"
        return Content.assemble("files: ", (words, "$text-error"))
    missing = [item for item in found if item.kind is ItemKind.MISSING]
    if missing:
        names = "; ".join(item.text for item in missing[:_NAMED])
        more = f"; and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        return Content.assemble("files: ", (f"○ missing: {names}{more}", "$text-muted"))
    report = outcome.report
    if report is None:
        return Content("files: … being checked")
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    words = f"{counted(len(report.nodes), 'node')}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"
    if not found:
        return Content.assemble("files: ", (f"✓ {words}", "$text-success"))
    symbol = SYMBOLS[found[0].kind]
    return Content.assemble("files: ", (f"{symbol} {words}: {found[0].text}", _COLOURS[symbol]))


def missing_lines(outcome: Judgement) -> Content:
    """Why there are no files yet: everything that is wrong or missing, a line each."""
    lines = [finding_line(item) for item in items(outcome, {}) if item.kind in (ItemKind.WRONG, ItemKind.MISSING)]
    return Content("\n").join(lines)


def finding_line(item: Item) -> Content:
    """A missing answer, a fault or a finding as a line of a list."""
    symbol = SYMBOLS[item.kind]
    more = f"; {item.more}" if item.more else ""
    return Content.assemble((f"{symbol} {item.kind.value}: ", _COLOURS[symbol]), item.text, (more, "$text-muted"))


class StatusLine(Static):
    """The line about the files; a click shows the findings."""

    class Pressed(Message):
        """The line was clicked."""

    def on_click(self, event: events.Click) -> None:
        """Ask for the findings."""
        event.stop()
        self.post_message(self.Pressed())
