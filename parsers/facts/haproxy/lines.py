"""Words of a line as values, and the small views of single lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from parsers.facts.values import Value
from parsers.grammar.common import read_time
from parsers.haproxy.lines import HaproxyLine
from parsers.haproxy.sections import Section
from parsers.tree import Word

T = TypeVar("T")


class UseBackend:
    """One `use_backend` line: `backend`, and the condition's words (`if`, `unless` included)."""

    __slots__ = ("backend", "condition", "directive", "dynamic")

    def __init__(self, line: HaproxyLine) -> None:
        args = line.args
        self.directive = line
        self.backend = line_value(line, args[0] if args else None, as_text)
        self.condition = list(args[1:])
        self.dynamic = bool(args) and (args[0].dynamic or "%[" in args[0].value)


def header_value(section: Section, word: Word | None) -> Value[str] | None:
    """A word of a section header as a value; None without the word."""
    if word is None:
        return None
    certain = section.condition is None and not word.dynamic
    return Value(None if word.dynamic else word.value, word.value, word.span, section.header, certain)


def line_value(line: HaproxyLine, word: Word | None, read: Callable[[str], T | None]) -> Value[T]:
    """A word of a line as a value; without the word, the value is None and the span is the line."""
    certain = line.condition is None
    if word is None:
        return Value(None, "", line.span, line, certain)
    if word.dynamic:
        return Value(None, word.value, word.span, line, certain=False)
    return Value(read(word.value), word.value, word.span, line, certain)


def as_text(text: str) -> str:
    """The word as it is."""
    return text


def to_seconds(text: str) -> float | None:
    """A time in seconds (milliseconds when it has no unit), or None."""
    return read_time(text).seconds
