"""Values that both daemons write alike, times with a unit, whole numbers, IP addresses; and what grammars are made of.

A grammar is built when the first text needs it: a run meets few of them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from ipaddress import IPv4Address, IPv6Address

from pyparsing import Opt, ParseException, ParserElement, ParseResults, Regex, Word, one_of

from parsers.records import NamedTuple

IPAddress = IPv4Address | IPv6Address

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST_MS = 2**31 - 1  # haproxy keeps timers in signed 32-bit milliseconds: 24.8 days

_WHOLE = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_DOTTED = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}\Z", re.ASCII)


def exact(grammar: ParserElement) -> ParserElement:
    """The grammar without pyparsing's habits: no element skips space, and tabs stay tabs."""
    return grammar.leave_whitespace().parse_with_tabs()


def identifier() -> ParserElement:
    """A name as in C."""
    return Word(LETTERS + "_", LETTERS + DIGITS + "_")


def rest() -> ParserElement:
    """Everything up to the end of the text, which may be nothing."""
    return Regex(r"[\s\S]*")


def part(found: ParseResults, name: str) -> str:
    """What a grammar found by this name, "" for a part that is missing."""
    return str(found[name]) if name in found else ""


class Time(NamedTuple):
    """A time as written: `seconds` is None when it is not one.

    `unit` is "" when none was given; `rest` is what follows a complete time (`ec` of `5sec`);
    `overflow` is true when it is longer than the daemon's 24.8 days.
    """

    seconds: float | None
    unit: str = ""
    rest: str = ""
    overflow: bool = False


@cache
def _time() -> ParserElement:
    return exact(Word(DIGITS)("number") + Opt(one_of(list(_SECONDS)))("unit") + rest()("rest"))


@lru_cache(4096)
def read_time(text: str, default_unit: str = "ms") -> Time:
    """Read a whole number with an optional unit (us ms s m h d), as haproxy's parser does.

    Characters after a unit only draw a warning there (`5sec` is five seconds), characters after the bare
    number are an error, and so is a timer above 24.8 days. Measured with haproxy 2.6 to 3.4.
    """
    try:
        found = _time().parse_string(text)
    except ParseException:
        return Time(None)
    number, unit, following = found["number"], part(found, "unit"), found["rest"]
    if len(number) > 18:
        return Time(None, overflow=True)
    if following and not unit:
        return Time(None, "", following)
    seconds = int(number) * _SECONDS[unit or default_unit]
    if seconds * 1000 > _LONGEST_MS:
        return Time(None, unit, following, overflow=True)
    return Time(seconds, unit, following)


def read_int(text: str) -> int | None:
    """A whole decimal number with an optional sign, or None."""
    return int(text) if _WHOLE.match(text) else None


def read_ip(text: str) -> IPAddress | None:
    """An IPv4 or IPv6 address without brackets or prefix length, as inet_pton reads it, or None."""
    if ":" not in text:
        # The standard library reads the same, but takes seven times as long to say that a name is not an address.
        if not _DOTTED.fullmatch(text):
            return None
        a, b, c, d = text.split(".")
        return IPv4Address(int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d))
    try:
        return None if "%" in text else IPv6Address(text)
    except ValueError:
        return None
