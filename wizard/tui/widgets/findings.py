"""What is missing, wrong or found: as lines of a list, and in the one line below each form."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from rules.text import counted
from wizard.questions.answers import Answers
from wizard.questions.review import Item, ItemKind, items, summary
from wizard.questions.session import Judgement, step_of
from wizard.questions.steps import Step, steps
from wizard.tui.session import Session

SYMBOLS = {
    ItemKind.MISSING: "○",
    ItemKind.WRONG: "✗",
    ItemKind.ERROR: "✗",
    ItemKind.OVERRIDDEN: "~",
    ItemKind.WARNING: "!",
    ItemKind.INFO: "-",
}
_COLOURS = {"✗": "$text-error", "!": "$text-warning", "-": "$text-accent", "○": "$text-muted", "~": "$text-muted"}
LAST = "write"  # the step that ends the way to the files
_PROBLEMS = (ItemKind.WRONG, ItemKind.MISSING, ItemKind.ERROR, ItemKind.WARNING)


def status(session: Session, step: Step) -> Content:
    """The line below a step: how far it is, and the step's first problem; without one, what there is elsewhere."""
    way = [other.key for other in steps() if not other.aside]
    way = way[: way.index(LAST) + 1]
    far = f"{way.index(step.key) + 1} of {len(way)}" if step.key in way else step.name
    outcome = session.outcome
    if not session.is_judged and outcome.answers == Answers():
        return Content.assemble(far, ("  … checking", "$text-muted"))
    found = [item for item in items(outcome, session.overrides) if item.kind in _PROBLEMS]
    here = [item for item in found if item.place is not None and step.asks(item.place)]
    if here:
        symbol = SYMBOLS[here[0].kind]
        word = "missing: " if here[0].kind is ItemKind.MISSING else ""
        more = f" (and {len(here) - 1} more)" if len(here) > 1 else ""
        words = here[0].text.removeprefix(step.title).lstrip(":, ")
        return Content.assemble(far, "  ", (f"{symbol} {word}{words}{more}", _COLOURS[symbol]))
    return Content.assemble(far, "  ", _elsewhere(found, outcome))


def _elsewhere(found: Sequence[Item], outcome: Judgement) -> Content:
    """What there is to say that is about no answer of this step; what later steps ask for is not missing yet."""
    wrong = [item for item in found if item.kind is ItemKind.WRONG]
    if wrong:
        step = step_of(wrong[0].place) if wrong[0].place is not None else None
        where = f" in step {step.name}" if step is not None and len(wrong) == 1 else ""
        return Content.styled(f"✗ {counted(len(wrong), 'answer')} wrong{where} (F2 shows)", "$text-error")
    if outcome.report is None:
        return Content("")
    words = summary(outcome)
    symbol = SYMBOLS[found[0].kind] if found else ""
    return (
        Content.styled(f"{symbol} {words} (F2 shows)", _COLOURS[symbol])
        if found
        else Content.styled(f"✓ {words}", "$text-success")
    )


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
