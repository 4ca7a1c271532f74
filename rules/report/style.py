"""Colours, and making text from files safe to print."""

from __future__ import annotations

import re

from rules.engine.finding import Severity

_CODES = {"bold": "1", "dim": "2", "red": "31", "yellow": "33", "blue": "34", "cyan": "36", "green": "32"}
_OF_SEVERITY = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
# C0 and C1 controls, lone surrogates (bytes that were not UTF-8), and the marks that reorder or hide text.
_UNPRINTABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def printable(text: str) -> str:
    """The text with each character that a terminal would not show, or would interpret, as a visible one.

    Every character stays one column wide, so carets below an excerpt still fit; a tab becomes a space.
    """
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text).replace("\t", " ")


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
