"""Characters that word processors and web pages put in place of plain ones, and that no daemon takes for them."""

from __future__ import annotations

import re
from functools import cache

_QUOTES = {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'"),
}
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
_SPACES = dict.fromkeys("\u00a0\u1680\u2002\u2003\u2009\u200a\u202f\u205f\u3000", " ")
_NOTHING = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
REPLACED = {**_QUOTES, **_DASHES, **_SPACES, **_NOTHING}
"""Character -> the plain one that was meant, "" for none."""


@cache
def odd_character() -> re.Pattern[str]:
    """A pattern that finds one of them."""
    return re.compile(f"[{''.join(REPLACED)}]")


def is_quote(character: str) -> bool:
    """Whether it is a typographic quote."""
    return character in _QUOTES


def code_point(character: str) -> str:
    """How messages name it: `U+00A0 (no-break space)`."""
    import unicodedata  # only where something is wrong

    return f"U+{ord(character):04X} ({unicodedata.name(character, 'a control character').lower()})"


def how_to_fix(character: str) -> str:
    """What to type instead."""
    instead = REPLACED[character]
    return "remove it" if not instead else "type a plain space instead" if instead == " " else f"type {instead} instead"
