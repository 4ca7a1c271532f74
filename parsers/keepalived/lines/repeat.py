"""`~SEQ(...)` and `~LST(...)`: one line repeated with changing values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from parsers.grammar.keepalived_repeat import read_list, read_sequence
from parsers.keepalived.lines.definitions import Definition
from parsers.keepalived.lines.state import State
from parsers.keepalived.text import UNKNOWN, Stretch

_FORMS = {
    "~SEQ": "~SEQ(NAME, first, step, last) text",
    "~LST": "~LST(NAME, value, ...) text, or ~LST({A, B}, {a1, b1}, ...) text",
}


def repetition(stretch: Stretch, state: State) -> Iterator[Stretch] | None:
    """The lines that a `~SEQ` or `~LST` line stands for, or None with a problem when it cannot be read."""
    what = stretch.text[:4]
    lines = _sequence(stretch, state) if what == "~SEQ" else _list(stretch, state)
    if lines is None:
        state.problem(
            "invalid-definition",
            stretch.span(0, len(what)),
            f"this '{what}' cannot be read: keepalived ignores the line",
            f"write {_FORMS[what]}",
        )
    return lines


def _sequence(stretch: Stretch, state: State) -> Iterator[Stretch] | None:
    end = stretch.text.find(")") + 1
    if not end:
        return None
    filled, _, _ = state.definitions.substitute(stretch.cut(0, end))
    if UNKNOWN in filled.text:
        state.document.complete = False
        name = stretch.text[:end].partition("(")[2].partition(",")[0].strip(" \t")
        return _repeat(stretch, end, state, (name,), ((UNKNOWN,),))
    read = read_sequence(filled.text)
    if read is None:
        return None
    if len(read.numbers) == 1:
        last = read.numbers[0]
        first, step = (-1 if last < 0 else 1), (-1 if last < 1 else 1)
    elif len(read.numbers) == 2:
        first, last = read.numbers
        step = 1 if first <= last else -1
    else:
        first, step, last = read.numbers
    if not step or (last - first) * step < 0 or (read.hexadecimal and min(first, last) < 0):
        return None
    numbers = range(first, last + (1 if step > 0 else -1), step)
    if not state.spend(stretch.span(0, end), len(numbers)):
        return iter(())
    values = ((f"{number:x}" if read.hexadecimal else str(number),) for number in numbers)
    return _repeat(stretch, end, state, read.names, values)


def _list(stretch: Stretch, state: State) -> Iterator[Stretch] | None:
    read = read_list(stretch.text)
    if read is None:
        return None
    if not state.spend(stretch.span(0, read.end), len(read.rows)):
        return iter(())
    return _repeat(stretch, read.end, state, read.names, read.rows)


def _repeat(
    stretch: Stretch, at: int, state: State, names: Sequence[str], values: Iterable[Sequence[str]]
) -> Iterator[Stretch]:
    """Defines the names again for each repetition; what they hold is at the head of the line."""
    where = stretch.span(0, at)
    text = stretch.cut(at).trimmed()
    for index, row in enumerate(values):
        for name, value in zip(names, row, strict=True):
            state.definitions.define(Definition(name, value, where), keep=not index)
        yield text
