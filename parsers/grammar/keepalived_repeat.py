"""The heads of `~SEQ(...)` and `~LST(...)` lines."""

from __future__ import annotations

from functools import cache

from pyparsing import (
    CharsNotIn,
    Combine,
    DelimitedList,
    Group,
    Literal,
    Opt,
    ParseException,
    ParserElement,
    Word,
    one_of,
)

from parsers.grammar.common import DIGITS, exact, rest
from parsers.records import NamedTuple


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


def _space() -> ParserElement:
    return Opt(Word(" \t")).suppress()


def _sign(text: str) -> ParserElement:
    """A character with space after it."""
    return Literal(text).suppress() + _space()


@cache
def _sequence() -> ParserElement:
    """~SEQ[x] (NAME, NUMBER [, NUMBER [, NUMBER]]) TEXT"""
    digits = Combine(one_of("0x 0X") + Word(DIGITS + "abcdefABCDEF")) | Word(DIGITS)
    number = Combine(Opt(one_of("+ -")) + Opt(digits)) + _space()
    name = CharsNotIn(" \t,)")("name") + _space()
    numbers = Group((_sign(",") + number)[1, 3])("numbers")
    hexadecimal = Opt("x")("hexadecimal") + _space()
    return exact("~SEQ" + hexadecimal + _sign("(") + name + numbers + _sign(")") + rest()("text"))


@cache
def _list() -> ParserElement:
    """~LST (NAME, VALUE ...) TEXT, or ~LST ({NAME, NAME ...}, {VALUE, VALUE ...} ...) TEXT"""
    several = _sign("{") + DelimitedList(Opt(CharsNotIn("{},"), ""), ",") + Literal("}").suppress()
    value = Group(several | Opt(CharsNotIn(" \t,{})"), "")) + _space()
    values = Group(value + (_sign(",") + value)[1, 999])("values")
    return exact("~LST" + _space() + _sign("(") + values + _sign(")") + rest()("text"))


def read_sequence(text: str) -> Repetition | None:
    """The head of a `~SEQ` line, None when it is not one."""
    try:
        found = _sequence().parse_string(text)
    except ParseException:
        return None
    numbers = tuple(_strtol(number) for number in found["numbers"])
    return Repetition((found["name"],), numbers, "hexadecimal" in found, (), len(text) - len(found["text"]))


def read_list(text: str) -> Repetition | None:
    """The head of a `~LST` line, None when it is not one or has more values than names."""
    try:
        found = _list().parse_string(text)
    except ParseException:
        return None
    names, *rows = [tuple(part.strip(" \t") for part in row) for row in found["values"]]
    if any(len(row) > len(names) for row in rows):
        return None
    filled = tuple(row + ("",) * (len(names) - len(row)) for row in rows)
    return Repetition(names, (), False, filled, len(text) - len(found["text"]))


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
