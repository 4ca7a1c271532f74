"""Colours, making text from files safe to print, and how wide it then is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rules.engine.finding import Severity

_CODES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33", "blue": "34", "cyan": "36", "green": "32"}
_OF_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
# C0 and C1 controls, lone surrogates (bytes that were not UTF-8), and the marks that reorder or hide text.
# A pattern for `re`, which compiles it once there is something to show.
_UNPRINTABLE = "[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"

_COMBINING = ("Mn", "Mc", "Me")
_WIDE = ("W", "F")


def printable(text: str) -> str:
    """The text with each character that a terminal would not show, or would interpret, as a visible one.

    A tab becomes a space. The number of characters stays the same.
    """
    return re.sub(_UNPRINTABLE, "\N{REPLACEMENT CHARACTER}", text).replace("\t", " ")


def cells(text: str) -> list[str]:
    """What each column of a terminal shows of a printable text.

    A wide character (`前`, most emoji) takes two columns, the second one being "" here; a combining character stands in
    the column of the one before it.
    """
    return laid_out(text)[0]


def laid_out(text: str) -> tuple[list[str], Sequence[int]]:
    """As `cells`, and the column of each character, and of the end."""
    if text.isascii():
        return list(text), range(len(text) + 1)
    from unicodedata import category, east_asian_width

    columns: list[str] = []
    places = []
    for char in text:
        places.append(len(columns))
        joins = category(char) in _COMBINING or "\u1160" <= char <= "\u11ff"  # the latter are parts of Hangul syllables
        if joins and columns:
            columns[-2 if columns[-1] == "" else -1] += char
        else:
            columns.append(char)
            if east_asian_width(char) in _WIDE:
                columns.append("")
    return columns, [*places, len(columns)]


class Style:
    """Colours if wanted, otherwise plain text."""

    __slots__ = ("color", "width")

    def __init__(self, color: bool = False, width: int = 80) -> None:
        self.color = color
        self.width = width

    def paint(self, text: str, *styles: str) -> str:
        """The text in these styles ("bold", "dim", a colour)."""
        if not self.color or not text:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"

    def severity(self, severity: Severity, text: str) -> str:
        """The text in the colour of a severity."""
        return self.paint(text, "bold", _OF_SEVERITY[severity])
