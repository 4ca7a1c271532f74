"""The heads of `~SEQ(...)` and `~LST(...)` lines."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pyparsing import ParseException, ParserElement, Regex

SEQUENCE_HEAD = re.compile(r"~SEQ[^)]*\)")


class Repetition(NamedTuple):
    """The head of a `~SEQ(...)` or `~LST(...)` line.

    `names` are what each repetition defines; `numbers` the one to three numbers of ~SEQ (as strtol reads them), `rows`
    the values of ~LST; `end` is where the repeated text starts.
    """

    names: tuple[str, ...]
    numbers: tuple[int, ...]
    hexadecimal: bool
    rows: tuple[tuple[str, ...], ...]
    end: int


def _token(pattern: str) -> ParserElement:
    return Regex(pattern, flags=re.ASCII, as_match=True).leave_whitespace()


_NUMBER = _token(r",[ \t]*([+-]?(?:0[xX][0-9a-fA-F]+|\d+)?)[ \t]*")
_END = _token(r"\)[ \t]*")
_SEQUENCE = (
    (_token(r"~SEQ(x?)[ \t]*\([ \t]*([^ \t,)]+)[ \t]*") + _NUMBER[1, 3] + _END).leave_whitespace().parse_with_tabs()
)
_VALUES = _token(r"(?:~LST[ \t]*\(|,)[ \t]*(?:\{([^{}]*)\}|([^ \t,{})]*))[ \t]*")
_LIST = (_VALUES[2, 1000] + _END).leave_whitespace().parse_with_tabs()


@lru_cache(256)
def read_sequence(text: str) -> Repetition | None:
    """The head of a `~SEQ` line, None when it is not one."""
    try:
        head, *numbers, end = _SEQUENCE.parse_string(text)
    except ParseException:
        return None
    read = tuple(_strtol(number[1]) for number in numbers)
    return Repetition((head[2],), read, bool(head[1]), (), end.end())


@lru_cache(256)
def read_list(text: str) -> Repetition | None:
    """The head of a `~LST` line, None when it is not one or has more values than names."""
    try:
        *sets, end = _LIST.parse_string(text)
    except ParseException:
        return None
    rows = [
        tuple(part.strip(" \t") for part in found[1].split(",")) if found[1] is not None else (found[2],)
        for found in sets
    ]
    names = rows[0]
    if any(len(row) > len(names) for row in rows):
        return None
    filled = tuple(row + ("",) * (len(names) - len(row)) for row in rows[1:])
    return Repetition(names, (), False, filled, end.end())


def _strtol(text: str) -> int:
    """A number as strtol reads it: hexadecimal, octal or decimal; nothing is 0."""
    digits = text.lstrip("+-")
    if digits[:2] in ("0x", "0X"):
        value = int(digits[:18], 16)
    elif digits.startswith("0"):
        octal = digits[: next((i for i, c in enumerate(digits) if c not in "01234567"), 20)]
        value = int(octal[:20] or "0", 8)
    else:
        value = int(digits[:18] or "0")
    return -value if text.startswith("-") else value
