"""The rows of a list of machines: what the row before suggests for a field, and which rows may stay empty. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address

from wizard.questions.answers import Answers, Place
from wizard.questions.session import places
from wizard.questions.steps import Step

_SUGGESTED = {"name", "interface"}


def suggestion(place: Place, answers: Answers) -> str:
    """What the previous machine suggests: its name with the next number, its interface; "" for nothing."""
    before = answers[place._replace(number=place.number - 1)] if place.number else ""
    if not before or place.key not in _SUGGESTED:
        return ""
    return before if place.key == "interface" else _next_name(before, _names(place.table, answers))


def _names(table: str, answers: Answers) -> set[str]:
    return {answers[Place(table, number, "name")] for number in range(answers.count(table))}


def _next_name(name: str, taken: set[str]) -> str:
    """The name with the number at the end of its first label counted up; `lb09` is followed by `lb10`."""
    match = re.fullmatch(r"([^.]*?)([0-9]{1,9})((?:\..*)?)", name, re.DOTALL)
    if match is None or _is_address(name):  # the next machine's address is nobody's to guess
        return ""
    number = int(match[2])
    while True:
        number += 1
        following = f"{match[1]}{number:0{len(match[2])}d}{match[3]}"
        if following not in taken:
            return following


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def accepted(step: Step, place: Place, answers: Answers) -> Answers:
    """The answers after Enter in a field: the row's empty fields up to this one get what was suggested.

    A row that is not needed and not begun stays empty, and so does a field that was cleared while later fields of the
    row have answers.
    """
    if not step.many or may_stay_empty(step, place, answers):
        return answers
    keys = [field.key for field in step.fields]
    before = keys[: keys.index(place.key)]
    if not any(answers[place._replace(key=key)] for key in keys[len(before) + 1 :]):
        before.append(place.key)
    elif not answers[place]:
        return answers
    for key in before:
        here = place._replace(key=key)
        if not answers[here] and (text := suggestion(here, answers)):
            answers = answers.put(here, text)
    return answers


def may_stay_empty(step: Step, place: Place, answers: Answers) -> bool:
    """Whether a machine's row is empty, and there are enough machines without it."""
    return row_is_empty(place, answers) and place not in places(step, Answers(), needed=True)


def row_is_empty(place: Place, answers: Answers) -> bool:
    """Whether a machine has no answers."""
    return not any(other.table == place.table and other.number == place.number for other in answers)


def compact(step: Step, answers: Answers) -> Answers:
    """The answers without the rows that were cleared: those after them move up."""
    if step.many:
        table = step.fields[0].table
        for number in reversed(range(step.first, answers.count(table))):
            if row_is_empty(Place(table, number, ""), answers):
                answers = answers.without(table, number)
    return answers
