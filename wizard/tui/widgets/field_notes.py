"""Showing beside each field what is wrong with its answer, what an empty one stands for, and what else there is."""

from __future__ import annotations

from collections.abc import Iterable

from rules.report import printable
from wizard.questions.known.derived import usual_text
from wizard.questions.known.mending import read
from wizard.questions.known.notices import remark
from wizard.tui.session import Session
from wizard.tui.widgets.field import AnswerField


def fill(fields: Iterable[AnswerField], session: Session, *, usual: bool, keep: str) -> None:
    """Show it in these fields: with `usual` also what the empty ones stand for. The fault `keep` stays."""
    answers, outcome = session.answers, session.outcome
    reading = read(answers)
    for field in fields:
        place = field.place
        if usual:
            field.show_usual(usual_text(place, reading.values))
        if outcome.answers[place] == field.text and field.fault != keep:
            field.show_fault(outcome.faults.get(place, ""), outcome.proposals.get(place, ""))
        if answers[place] == field.text:
            field.remark(remark(place, reading, session.mended, answers))


def printable_lines(lines: Iterable[str]) -> str:
    """Lines that are safe to show."""
    return "\n".join(printable(line) for line in lines)
