"""Checking one value of a TOML file, of whatever table: strings, numbers, words, lists.

A reader takes a value as TOML gives it, and returns it read; what is wrong with it is the text of the ValueError.
A text that starts with a verb ("must be ...") goes on from the name of the key, every other one stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rules.text.suggestions import hint
from rules.text.wording import clipped, listed

Reader = Callable[[Any], Any]

_VERBS = ("must ", "can't ")
_RELEASE = re.compile(r"[0-9]+\.[0-9]+(?:\.[0-9]+)?")
_TIME = re.compile(r"([0-9]{1,12})(us|ms|s|m|h|d)")
_MICROSECONDS = {"us": 1, "ms": 1000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_LONGEST_TIME = (2**31 - 1) * 1000  # microseconds; haproxy keeps milliseconds in 31 bits: about 24.8 days


def about(key: str, text: str) -> str:
    """The text of a ValueError of this module, said of `key`."""
    return f"{key} {text}" if text.startswith(_VERBS) else f"{key}: {text}"


def shown(value: object) -> str:
    """A value of a TOML file in a message: strings in quotes and printable, never long."""
    if isinstance(value, str):
        safe = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in value[:500])
        return f"'{clipped(safe)}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"  # Python refuses to print one of more than 4300
    return str(value)


def string(example: str) -> Callable[[Any], str]:
    """A reader of any text of one line that is not empty."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f'must be a string, as in "{example}", not {shown(value)}')
        if not value.strip():
            raise ValueError(f'must not be empty; write "{example}" or the like')
        if not value.isprintable():
            raise ValueError(f"{shown(value)} has characters that can't be printed")
        return value

    return read


def whole_number(low: int, high: int, why: str = "") -> Callable[[Any], int]:
    """A reader of a whole number in a range, both ends included; `why` explains the range."""

    def read(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        text = f"must be a whole number from {low} to {high}, not {shown(value)}"
        if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) and low <= int(value) <= high:
            text += f"; write {int(value)} without quotes"
        elif why and isinstance(value, int) and not isinstance(value, bool):
            text += f"; {why}"
        raise ValueError(text)

    return read


def yes_or_no(value: Any) -> bool:
    """`true` or `false`; nothing else stands for them."""
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, without quotes, not {shown(value)}")


def one_of(words: Sequence[str]) -> Callable[[Any], str]:
    """A reader of one of these words."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return str(value)
        otherwise = f"it takes {listed(words, 'or')}"
        near = hint(value, words, otherwise) if isinstance(value, str) else otherwise
        raise ValueError(f"can't be {shown(value)}; {near}")

    return read


def release(value: Any) -> str:
    """A release of haproxy or keepalived, such as "2.8" or "2.2.7"."""
    if isinstance(value, str) and _RELEASE.fullmatch(value):
        return value
    raise ValueError(f'must be a release such as "2.8", not {shown(value)}')


def time(value: Any) -> str:
    """A time in haproxy's words, such as "5s" (configuration manual 2.5): a number and us, ms, s, m, h or d.

    haproxy takes a bare number for milliseconds; here the unit must be written.
    """
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        bare = shown(value).strip("'")
        advice = f'; write "{bare}s" or "{bare}ms"' if re.fullmatch("[0-9]{1,9}", bare) else ""
        raise ValueError(f'must be a time with its unit, as in "5s" or "1h", not {shown(value)}{advice}')
    length = int(match[1]) * _MICROSECONDS[match[2]]
    if not length:
        raise ValueError(
            f'must not be {shown(value)}, which haproxy takes for no limit at all; write "1h" for a long one'
        )
    if length > _LONGEST_TIME:
        raise ValueError(f"must not be {shown(value)}; haproxy refuses more than 24 days")
    return match[0]


def strings(example: str) -> Callable[[Any], tuple[str, ...]]:
    """A reader of a list of strings."""

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"must be a list of strings, as in {example}")
        return tuple(value)

    return read


def strings_by_glob(value: Any) -> Mapping[str, tuple[str, ...]]:
    """Lists of strings by a pattern of file names."""
    example = '{ "old/*" = ["KA", "XN002"] }'
    if not isinstance(value, dict):
        raise ValueError(f"must be a table, as in {example}, not {shown(value)}")
    for glob, item in value.items():
        if not isinstance(item, list) or not all(isinstance(word, str) for word in item):
            raise ValueError(f"{shown(glob)} must be a list of strings, as in {example}")
    return {glob: tuple(words) for glob, words in value.items()}
