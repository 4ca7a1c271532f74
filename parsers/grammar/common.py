"""Values that both daemons write alike: times with a unit, whole numbers, sizes, IP addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from pyparsing import Regex

IPAddress = IPv4Address | IPv6Address

_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST_MS = 2**31 - 1  # haproxy keeps timers in signed 32-bit milliseconds: 24.8 days

TIME = Regex(r"(\d++)(us|ms|[smhd]|)", flags=re.ASCII, as_match=True)
SIZE = Regex(r"(\d++)([kKmMgG]?)\Z", flags=re.ASCII, as_match=True)
_WHOLE = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_DOTTED = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}\Z", re.ASCII)


def match_of(grammar: Regex, text: str) -> re.Match[str] | None:
    """What a one-element grammar finds at the start of `text`; spares the set-up of `parse_string` per value."""
    match: re.Match[str] | None = grammar.re.match(text)
    return match


class Time(NamedTuple):
    """A time as written: `seconds` is None when it is not one.

    `unit` is "" when none was given; `rest` is what follows a complete time (`ec` of `5sec`);
    `overflow` is true when it is longer than the daemon's 24.8 days.
    """

    seconds: float | None
    unit: str = ""
    rest: str = ""
    overflow: bool = False


@lru_cache(4096)
def read_time(text: str, default_unit: str = "ms") -> Time:
    """Read a whole number with an optional unit (us ms s m h d), as haproxy's parser does.

    Characters after a unit only draw a warning there (`5sec` is five seconds), characters after the bare
    number are an error, and so is a timer above 24.8 days. Measured with haproxy 2.6 to 3.4.
    """
    match = match_of(TIME, text)
    if match is None or match.end(1) > 18:
        return Time(None, overflow=match is not None)
    unit = match[2]
    rest = text[match.end() :]
    if rest and not unit:
        return Time(None, "", rest)
    seconds = int(match[1]) * _SECONDS[unit or default_unit]
    if seconds * 1000 > _LONGEST_MS:
        return Time(None, unit, rest, overflow=True)
    return Time(seconds, unit, rest)


@lru_cache(4096)
def read_int(text: str) -> int | None:
    """A whole decimal number with an optional sign, or None."""
    return int(text) if _WHOLE.match(text) else None


@lru_cache(1024)
def read_size(text: str) -> int | None:
    """A number of bytes with an optional factor (k, m, g: powers of 1024), or None."""
    match = match_of(SIZE, text)
    if match is None or match.end(1) > 18:
        return None
    return int(match[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[match[2].lower()]


@lru_cache(8192)
def read_ip(text: str) -> IPAddress | None:
    """An IPv4 or IPv6 address without brackets or prefix length, as inet_pton reads it, or None."""
    if ":" not in text:
        if not _DOTTED.fullmatch(text):
            return None
        a, b, c, d = text.split(".")
        return IPv4Address(int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d))
    try:
        return None if "%" in text else IPv6Address(text)
    except ValueError:
        return None
