"""The answers as a halb.toml that somebody edits: what he wrote stays, but for what was answered otherwise since."""

from __future__ import annotations

import re
from typing import NamedTuple

from rules.plan import SCHEMA, ClusterError, KeyPath, TomlText, header, parse_cluster
from wizard.questions.answers import Answers, from_toml, to_toml, toml_value

_LINE = re.compile(r"halb\.toml:([0-9]+): ")


class EditedText(NamedTuple):
    """What an edited text is: its answers, and what is wrong with it in words, in which line (0: none).

    `answers` is None for a text that can't be taken as it is: that is no TOML, or has keys that no halb.toml has.
    """

    answers: Answers | None
    fault: str = ""
    line: int = 0


def text_for(answers: Answers, base: str) -> str:
    """The answers as TOML: `base` with what differs changed, and all its comments; or a text of its own.

    Wrong answers stand in it as the texts they are.
    """
    try:
        if base and from_toml(base) == answers:
            return base
        return _changed(answers, base) if base else to_toml(answers)
    except (ClusterError, ValueError, RecursionError):
        return to_toml(answers)


def _changed(answers: Answers, base: str) -> str:
    """Raises ClusterError, also where a table stands in one line and a key would have to come or go."""
    text, old = TomlText(base), from_toml(base)
    for name, table in SCHEMA.items():
        order = list(table.keys)
        there = len(text.data.get(name, ())) if table.many else int(name in text.data)
        wanted = answers.count(name) if table.many else int(any(place.table == name for place in answers))
        for number in range(max(there, wanted)):
            given = {key: answers[KeyPath(name, number, key)] for key in order}
            values = {key: toml_value(KeyPath(name, number, key), text) for key, text in given.items() if text}
            way = (name, number) if table.many else (name,)
            if number >= there:
                text.add_table(text.end_of([name]), header(name), values)
            elif table.many and number >= wanted:
                text.remove_table(way, last=number == there - 1)
            else:
                was = {key: old[KeyPath(name, number, key)] for key in order}
                changes = {key: values.get(key) for key in order if given[key] != was[key]}
                text.set_keys(way, changes, order)
    found = text.result()
    if from_toml(found) != answers:
        raise ValueError("the changes did not come out as they were meant")
    return found


def read_edited(text: str) -> EditedText:
    """What a text holds that somebody has edited."""
    try:
        answers = from_toml(text)
    except (ValueError, RecursionError):
        answers = None
    try:
        parse_cluster(text, "halb.toml")
    except ClusterError as error:
        line = _LINE.match(str(error))
        about_a_value = error.path is not None
        return EditedText(answers if about_a_value else None, str(error), int(line[1]) if line else 0)
    return EditedText(answers)
