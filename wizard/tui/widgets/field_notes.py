"""Showing beside each field what is wrong with its answer, what an empty one stands for, and what else there is."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rules.report import printable
from wizard.questions.known.derived import usual_text
from wizard.questions.known.mending import read
from wizard.questions.known.notices import remark
from wizard.questions.session import missing_of
from wizard.tui.forms.examples import example
from wizard.tui.session import Session
from wizard.tui.widgets.field import AnswerField

_OPEN = "! none is chosen yet: the left or the right arrow chooses"


def fill(fields: Iterable[AnswerField], session: Session, *, usual: bool, keep: Collection[str]) -> None:
    """Show it in these fields: with `usual` also what the empty ones stand for. The faults `keep` stay."""
    answers, outcome = session.answers, session.outcome
    reading, needed = read(answers), missing_of(answers) if usual else ()
    for field in fields:
        place = field.place
        field.show_example(example(place, field.question.example, answers))
        if usual:
            field.show_usual(usual_text(place, reading.values), needed=place in needed)
        if outcome.answers[place] == field.text and field.fault not in keep:
            field.show_fault(outcome.faults.get(place, ""), outcome.proposals.get(place, ""))
        if answers[place] == field.text:
            words = remark(place, reading, session.mended, answers)
            field.remark(words or (_OPEN if field.is_open else ""))


def printable_lines(lines: Iterable[str]) -> str:
    """Lines that are safe to show."""
    return "\n".join(printable(line) for line in lines)
