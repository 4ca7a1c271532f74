"""The plan in about ten lines: what each step's answers are, those that nobody gave included. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple

from rules.plan import SCHEMA, KeyPath, key_at, text_of, usual_value, written
from rules.report import printable
from rules.text import clipped
from wizard.questions.answers import Answers
from wizard.questions.known.derived import endpoint_of
from wizard.questions.known.mending import read
from wizard.questions.session import Judgement, compared, places, step_of
from wizard.questions.steps import ADVANCED, Step, steps

_NOTHING = "not answered yet"
_BETWEEN = " · "
_ENDPOINT, _PORT = KeyPath("cluster", 0, "endpoint"), KeyPath("cluster", 0, "port")


class LineState(StrEnum):
    """How the answers of a step stand; the value is its sign."""

    DONE = "✓"
    OPEN = "○"
    WRONG = "✗"


class PlanLine(NamedTuple):
    """The answers of one step: `text` is safe to print; `place` is the answer to look at, in the step `key`."""

    key: str
    name: str
    text: str
    state: LineState
    place: KeyPath


class Known:
    """What answers say of a plan that may be incomplete: the right ones, and what follows from them.

    Texts as one types them; "" for what is wrong, by itself or beside the others, and for what is not known.
    """

    def __init__(self, answers: Answers) -> None:
        self._values = read(answers).values
        self._faults = compared(answers).faults

    def __getitem__(self, place: KeyPath) -> str:
        if place in self._faults:
            return ""
        value = self._values.get(place)
        value = usual_value(place, self._values) if value is None else value
        return "" if value is None else printable(text_of(written(value)))

    def is_usual(self, place: KeyPath) -> bool:
        """Whether an answer says what would hold without it."""
        value = self._values.get(place)
        return value is None or value == usual_value(place, self._values)


def overview(outcome: Judgement, answers: Answers) -> tuple[PlanLine, ...]:
    """A line for each step with fields, in their order; the last one is about all settings that are not asked for.

    `outcome` says which answers are wrong or missing; it may be of the answers before these.
    """
    known = Known(answers)
    return tuple(_line(step, outcome, answers, known) for step in steps() if step.fields)


def _line(step: Step, outcome: Judgement, answers: Answers, known: Known) -> PlanLine:
    wrong = next((place for place in outcome.faults if step_of(place) == step), None)
    missing = next((place for place in outcome.missing if step_of(place) == step), None)
    state = LineState.WRONG if wrong else LineState.OPEN if missing else LineState.DONE
    if step.key == ADVANCED:
        text = _BETWEEN.join(_unusual(step, answers, known)) or "the defaults"
    elif step.many:
        text = _BETWEEN.join(_machines(step, answers, known))
    else:
        text = _BETWEEN.join(_fields(step, answers, known))
    if missing and not text:
        text = _NOTHING
    first = next(iter(places(step, answers)), KeyPath(step.fields[0].table, 0, step.fields[0].key))
    return PlanLine(step.key, step.name, clipped(text or "none"), state, wrong or missing or first)


def _shown(place: KeyPath, answers: Answers, known: Known) -> str:
    """A value; a wrong answer as it was typed, with a mark."""
    return known[place] or (f"✗ {printable(answers[place])}" if answers[place] else "")


def _fields(step: Step, answers: Answers, known: Known) -> Iterator[str]:
    """The values of a step's fields: the first one by itself, the others after what they are called."""
    for number, field in enumerate(step.fields):
        place = KeyPath(field.table, 0, field.key)
        value = _shown(place, answers, known)
        if place == _PORT or not value or field.secret:
            continue
        if place == _ENDPOINT and known[place]:
            value = printable(endpoint_of(answers))
        plain = not number and place.key in ("endpoint", "address")
        yield value if plain else f"{field.label} {field.worded(value) if field.choices else value}"


def _machines(step: Step, answers: Answers, known: Known) -> Iterator[str]:
    """The machines of a list, each with the values of its fields."""
    table = step.fields[0].table
    end = answers.count(table) if step.last is None else min(step.last, answers.count(table))
    for number in range(step.first, end):
        of_machine = (KeyPath(table, number, field.key) for field in step.fields)
        if words := " ".join(filter(None, (_shown(place, answers, known) for place in of_machine))):
            yield words


def _unusual(step: Step, answers: Answers, known: Known) -> Iterator[str]:
    """The settings that differ from what they would be if nobody had said anything."""
    for place in answers:
        if not step.asks(place) or known.is_usual(place):
            continue
        field = step.field_of(place)
        whose = answers[place._replace(key="name")] if SCHEMA[place.table].many else ""
        if place.key == "files" and _are_halbs(place, whose, answers):
            continue
        value = "is set" if field.secret or key_at(place).secret else printable(answers[place])
        if place.key == "imported":
            value = _folders(value)
        yield " ".join(filter(None, (printable(whose), field.label, value)))


def _are_halbs(place: KeyPath, whose: str, answers: Answers) -> bool:
    """Whether halb.toml names the files that halb writes: it does instead of those that were imported, too."""
    files = _paths(answers[place])
    return files == _paths(answers[place._replace(key="imported")]) or all(
        path.startswith(f"{whose}/etc/") for path in files
    )


def _paths(text: str) -> list[str]:
    return [path.strip() for path in text.split(",")]


def _folders(text: str) -> str:
    """The paths of imported files in a few words: the folders that they stand in, without what is above these."""
    folders = dict.fromkeys(path.rpartition("/")[0] for path in _paths(text))
    if "" in folders:
        return text
    return ", ".join("…/" * ("/" in folder) + folder.rpartition("/")[2] for folder in folders)


def place_in_files(step: Step, outcome: Judgement) -> tuple[str, int] | None:
    """The file of a daemon that most of a step's answers stand in, and the index of the first line that has one.

    None where there are no files, or none has any.
    """
    best: tuple[int, str, int] | None = None
    for path, rendered in outcome.keys.items():
        starts = [one.start for one in rendered.stretches if any(step.asks(key) for key in one.paths)]
        if path.endswith((".cfg", ".conf")) and starts and (best is None or len(starts) > best[0]):
            best = len(starts), path, rendered.text.count("\n", 0, starts[0])
    return None if best is None else best[1:]


def twin_of(path: str, paths: Collection[str]) -> str | None:
    """The same file of the next node, after the last one that of the first; None for a file that is no node's."""
    node, _, rest = path.partition("/")
    nodes = [other.partition("/")[0] for other in paths if rest and other.partition("/")[2] == rest]
    if len(nodes) < 2:
        return None
    return f"{nodes[(nodes.index(node) + 1) % len(nodes)]}/{rest}"
