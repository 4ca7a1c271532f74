"""Reading the settings of a keepalived.conf block: last one wins, wrong ones are kept, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

from parsers.facts.values import Value
from parsers.grammar.common import read_ip
from parsers.source import Span
from parsers.tree import Directive, Word

T = TypeVar("T")
Address = IPv4Address | IPv6Address

_WHOLE = re.compile(r"[ \t\f\v\r]*[+-]?\d{1,18}\Z", re.ASCII)
_DECIMAL = re.compile(r"\+?(?=[.\d])\d{0,12}(?:\.(\d*))?\Z", re.ASCII)
_TRUE = frozenset({"true", "on", "yes"})
_FALSE = frozenset({"false", "off", "no"})


def whole_number(text: str) -> int | None:
    """A whole number as keepalived's strtol calls read it, None when anything follows it."""
    return int(text.strip(" \t\f\v\r")) if _WHOLE.match(text) else None


def decimal_number(text: str) -> float | None:
    """A number with up to six decimal places (more are rounded), None for anything else or below zero."""
    return round(float(text), 6) if _DECIMAL.match(text) and text not in (".", "+.") else None


def switch(text: str) -> bool | None:
    """on/true/yes, off/false/no (case matters), None for anything else."""
    return True if text in _TRUE else False if text in _FALSE else None


def peer_address(text: str) -> Address | None:
    """An address as unicast_peer and the source address settings take it: a prefix length is dropped."""
    return read_ip(text.partition("/")[0])


def applies(directive: Directive) -> bool:
    """Whether a line applies on every node: neither it nor a block around it is under `@id`."""
    node: Directive | None = directive
    while node is not None:
        if node.condition is not None:
            return False
        node = node.parent
    return True


def word_value(word: Word, directive: Directive, read: Callable[[str], T | None]) -> Value[T]:
    """What `read` makes of a word; uncertain when the word or its line is."""
    certain = not word.dynamic and applies(directive)
    return Value(read(word.value) if certain else None, word.value, word.span, directive, certain)


def text_value(word: Word, directive: Directive) -> Value[str]:
    """A word as it is."""
    certain = not word.dynamic and applies(directive)
    return Value(word.value if certain else None, word.value, word.span, directive, certain)


def first_value(directive: Directive, read: Callable[[str], T | None]) -> Value[T]:
    """What `read` makes of the first argument; a line without one has the raw text "" and no value."""
    words = directive.words
    if len(words) > 1:
        return word_value(words[1], directive, read)
    return Value(None, "", words[0].span if words else directive.span, directive, applies(directive))


class Settings:
    """The lines of one or more blocks that hold the same kind of settings."""

    __slots__ = ("_index", "blocks")

    def __init__(self, blocks: Sequence[Directive]) -> None:
        self.blocks = blocks
        self._index: dict[str, list[Directive]] | None = None

    def lines(self, keyword: str) -> Sequence[Directive]:
        """The lines with this keyword, in file order."""
        index = self._index
        if index is None:
            index = self._index = {}
            for block in self.blocks:
                for child in block.children or ():
                    index.setdefault(child.keyword, []).append(child)
        return index.get(keyword, ())

    def settings(self, keyword: str) -> list[Value[str]]:
        """The first argument of every line with this keyword ("" where there is none), in file order."""
        found = []
        for line in self.lines(keyword):
            words = line.words
            if len(words) > 1:
                found.append(text_value(words[1], line))
            else:
                certain = applies(line)
                span = words[0].span if words else line.span
                found.append(Value("" if certain else None, "", span, line, certain))
        return found

    def get(self, keyword: str) -> Value[str] | None:
        """The one that counts for most keywords: the last; None when the keyword is not there."""
        found = self.settings(keyword)
        return found[-1] if found else None

    def last(self, keyword: str) -> Directive | None:
        """The last line with this keyword."""
        lines = self.lines(keyword)
        return lines[-1] if lines else None

    def read(self, keyword: str, read: Callable[[str], T | None]) -> Value[T] | None:
        """The last line's first argument, as `read` understands it."""
        line = self.last(keyword)
        return None if line is None else first_value(line, read)

    def integer(self, keyword: str, low: int | None = None, high: int | None = None) -> Value[int] | None:
        """A whole number from `low` to `high`."""
        return self.read(keyword, lambda text: within(whole_number(text), low, high))

    def decimal(self, keyword: str, low: float | None = None, high: float | None = None) -> Value[float] | None:
        """A decimal number from `low` to `high`."""
        return self.read(keyword, lambda text: within(decimal_number(text), low, high))

    def address(self, keyword: str) -> Value[Address] | None:
        """An IP address."""
        return self.read(keyword, peer_address)

    def flag(self, keyword: str) -> Value[bool] | None:
        """A keyword that switches something on by being there; arguments are ignored."""
        line = self.last(keyword)
        if line is None:
            return None
        certain = applies(line)
        return Value(True if certain else None, line.keyword, line.span, line, certain)

    def boolean(self, keyword: str) -> Value[bool] | None:
        """A keyword with an optional on/off argument."""
        line = self.last(keyword)
        if line is None:
            return None
        return self.flag(keyword) if len(line.words) < 2 else first_value(line, switch)

    def effective(
        self, keyword: str, read: Callable[[str], T | None], default: T, on_invalid: T | None = None
    ) -> tuple[T, bool]:
        """The value the daemon ends up with, and whether that is certain.

        A value that cannot be used leaves the one before it, or becomes `on_invalid` where the daemon does so.
        """
        value, certain = default, True
        for line in self.lines(keyword):
            found = first_value(line, read)
            if not found.certain:
                certain = False
            elif found.value is not None:
                value, certain = found.value, True
            elif on_invalid is not None:
                value, certain = on_invalid, True
        return value, certain


def within(number: T | None, low: T | None, high: T | None) -> T | None:
    """The number if it is in the range, else None."""
    if number is None or (low is not None and number < low) or (high is not None and number > high):  # type: ignore[operator]
        return None
    return number


def extent(words: Sequence[Word], fallback: Span) -> Span:
    """From the first of some words to the last."""
    return Span(words[0].source, words[0].start, words[-1].end) if words else fallback


def joined(words: Sequence[Word]) -> str:
    """Words as one text."""
    return " ".join(word.value for word in words)
