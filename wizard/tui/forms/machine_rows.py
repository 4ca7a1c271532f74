"""The rows of a list of machines: what the row before suggests for a field, what Enter makes of a row, and what leaving
it does. Pure.

What a row shows as text is in the answers; what it suggests gets there when Enter accepts it, and when a row that has
something else is left.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple

from wizard.questions.answers import Answers, Place
from wizard.questions.known.derived import is_stacked
from wizard.questions.known.mending import read
from wizard.questions.reading.machine_lists import is_list, read_machines, with_machines
from wizard.questions.session import places
from wizard.questions.steps import Step

_SUGGESTED = {"name", "interface"}


def suggestion(place: Place, answers: Answers) -> str:
    """What the previous machine suggests: its name with the next number, its interface; "" for nothing."""
    above = place._replace(number=place.number - 1)
    before = answers[above] if place.number else ""
    if not before or place.key not in _SUGGESTED or is_list(above, before):  # no address is anybody's to guess
        return ""
    if place.key == "interface":
        return before
    following = next_name(before, names_of(place.table, answers))
    if place.table == "lb" and is_stacked(read(answers).values):  # then each is a control-plane node
        return following if following in names_of("control_plane", answers) else ""
    return following


def names_of(table: str, answers: Answers) -> set[str]:
    """The names of the machines in a list."""
    return {answers[Place(table, number, "name")] for number in range(answers.count(table))}


def next_name(name: str, taken: set[str]) -> str:
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
    return _with_suggestions(place, before, answers)


def _with_suggestions(row: Place, keys: list[str], answers: Answers) -> Answers:
    for key in keys:
        here = row._replace(key=key)
        if not answers[here] and (text := suggestion(here, answers)):
            answers = answers.put(here, text)
    return answers


class RowsEntered(NamedTuple):
    """The answers after Enter in a field of a list, and where the focus goes: None for the next step."""

    answers: Answers
    following: Place | None


def entered(step: Step, place: Place, answers: Answers) -> RowsEntered:
    """What Enter in a field of a list does.

    A list of machines gets its rows, suggestions are accepted, rows that were cleared go. From an empty row that is
    not needed Enter leads on to the next step.
    """
    if is_list(place, answers[place]):
        return listed_in(step, place, answers)
    answers = accepted(step, place, answers)
    leaving = may_stay_empty(step, place, answers)
    every = places(step, answers)
    rest = every[every.index(place) + 1 :] if place in every else ()
    following = next((other for other in rest if not leaving or other.number != place.number), None)
    tidy = compact(step, answers)
    if following is not None and tidy.count(place.table) != answers.count(place.table):
        rows = range(step.first, following.number)
        moved = sum(row_is_empty(place._replace(number=row), answers) for row in rows)
        following = following._replace(number=following.number - moved)
    return RowsEntered(tidy, following)


def listed_in(step: Step, place: Place, answers: Answers, text: str = "") -> RowsEntered:
    """What a list of machines in a field becomes: rows, with what is suggested for their empty fields.

    `text` is the list, where it was pasted; else the answer is. The focus goes to what the rows still lack.
    """
    machines = read_machines(text or answers[place], interfaces=place.table == "lb").machines
    answers, numbers = with_machines(answers if text else answers.put(place, ""), place, machines)
    for number in numbers:
        answers = _with_suggestions(place._replace(number=number), [field.key for field in step.fields], answers)
    mine = [other for other in places(step, answers) if other.number in numbers]
    every = places(step, answers)
    later = [other for other in every if other.number > max(numbers, default=place.number)]
    return RowsEntered(answers, next(iter([*(other for other in mine if not answers[other]), *later]), None))


def completed(step: Step, answers: Answers, *, but: int | None = None) -> Answers:
    """The answers with what is suggested for the empty fields of rows that have something; `but` is a row to leave."""
    if not step.many:
        return answers
    table = step.fields[0].table
    last = answers.count(table) if step.last is None else min(answers.count(table), step.last)
    for number in range(step.first, last):
        row = Place(table, number, "")
        if number != but and not row_is_empty(row, answers):
            answers = _with_suggestions(row, [field.key for field in step.fields], answers)
    return answers


def left(step: Step, answers: Answers, *, now: int | None = None) -> Answers:
    """The answers after rows were left: lists get their rows, and rows what is suggested.

    `now` is the row that has the focus now, None where the step is left; then rows that were cleared go too, but for
    that of the initial master: no other becomes it unasked.
    """
    if not step.many:
        return answers
    if now is None and step.last is None:
        answers = compact(step, answers)
    for place in reversed(places(step, answers)):
        if place.number != now and is_list(place, answers[place]):
            answers = listed_in(step, place, answers).answers
    return completed(step, answers, but=now)


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
