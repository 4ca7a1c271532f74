"""What a value reader finds, and the readers of single words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from parsers.grammar.common import read_int, read_time
from parsers.records import NamedTuple
from rules.text.suggestions import closest
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.source import Span
    from parsers.tree import Directive, Word


class Fault(NamedTuple):
    """A value that haproxy refuses: where, what is wrong, what to write.

    `releases` are those that have the word (`3.0-`, `-2.8`), if it is one that not all of them have.
    """

    span: Span
    message: str
    help: str
    releases: str = ""


def missing(line: Directive, what: str, example: str) -> Fault:
    """The line ends before something that it needs."""
    return Fault(line.span, f"'{line.keyword}' needs {what}", f"write '{example}'")


def extra(word: Word, before: str, advice: str = "remove it, or put a '#' before it") -> Fault:
    """An extra word."""
    return Fault(word.span, f"unexpected '{word.value}' after '{before}'", advice)


def time_problem(text: str) -> str:
    """Why a time is invalid, or "" if it is valid."""
    time = read_time(text)
    if time.seconds is not None:
        return ""
    if time.overflow:
        return "is longer than haproxy's maximum of 24.8 days"
    return "is not a time: haproxy expects a whole number and one of us, ms, s, m, h, d"


def check_time(word: Word, setting: str) -> Iterator[Fault]:
    """The word must be a time."""
    problem = time_problem(word.value) if not word.dynamic else ""
    if problem:
        yield Fault(
            word.span,
            f"'{setting} {word.value}': '{word.value}' {problem}",
            "write, for example, '5s', '500ms' or '1h'",
        )


def check_number(word: Word, setting: str, low: int, high: int | None = None) -> Iterator[Fault]:
    """The word must be a whole number in a range."""
    if word.dynamic:
        return
    number = read_int(word.value)
    if number is None or number < low or (high is not None and number > high):
        wanted = f"from {low} to {high}" if high is not None else f"of {low} or more"
        yield Fault(
            word.span,
            f"'{setting} {word.value}': haproxy expects a whole number {wanted}",
            f"write a whole number {wanted}",
        )


def check_choice(word: Word, setting: str, known: Iterable[str], what: str = "word") -> Iterator[Fault]:
    """The word must be one of a few; `what` is their kind (`mode`, `facility`)."""
    names = list(known)
    if not word.dynamic and word.value not in names:
        near = closest(word.value, names)
        shown = listed(names if len(names) < 16 else [*names[:12], "others"], "or")
        advice = f"did you mean '{near}'? It must be {shown}" if near else f"write {shown}"
        yield Fault(word.span, f"'{setting} {word.value}': unknown {what} '{word.value}'", advice)
