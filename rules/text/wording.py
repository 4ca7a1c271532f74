"""Small pieces of English that several rules share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

_LONGEST_WORD = 100


def listed(words: Iterable[object], joint: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    texts = [str(word) for word in words]
    if len(texts) <= 1:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {joint} {texts[-1]}"


def clipped(text: str) -> str:
    """The text with every word of more than 100 characters shortened: a message must not contain a line of
    megabytes.
    """
    if len(text) <= _LONGEST_WORD:
        return text
    return " ".join(w if len(w) <= _LONGEST_WORD else f"{w[:60]}…{w[-10:]}" for w in text.split(" "))


def counted(number: int, word: str) -> str:
    """`1 server`, `3 servers`, `3 info` (a word without a plural)."""
    return f"{number} {word}" if number == 1 or word == "info" else f"{number} {word}s"


def socket_name(address: IPv4Address | IPv6Address, port: int) -> str:
    """An address with its port, as URLs and both daemons write it: `192.168.2.151:6443`, `[fd00::1]:6443`."""
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def seconds(value: float) -> str:
    """A duration for a message: `0.5 s`, `3 s`."""
    return f"{value:g} s"
