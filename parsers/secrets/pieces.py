"""A line as words, roughly: quotes and escapes of both daemons and of a shell, marks of templates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from parsers.secrets.lazy import lazy

Place = tuple[int, int]
"""Offsets in a text: the first character, and the end (exclusive)."""

# Placeholders and quoted stretches belong to the word that they are in. No alternative looks far ahead.
_WORD = lazy(
    r"""(?:\{\{[^}\n]{0,120}\}\}|\$\{[^}\n]{0,120}\}|\\(?!\r?\n)[\s\S]|"(?:[^"\\]++|\\[\s\S])*+"?|(?<![A-Za-z])'[^'\n]*+'?"""
    r"""|[^\s"'\\]|')+"""
)
_CONTROL = lazy(r"\{%[^%\n]{0,120}%\}|<%(?!=)[^%\n]{0,120}%>|\{#|#\}")
_ESCAPE = lazy(r"\\(?:x([0-9a-fA-F]{2})|([\s\S]))|\"|'")
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "\n": " "}


class Piece(NamedTuple):
    """One word of `text`: its place, what it says, and where that begins if it stands there as it is (else -1)."""

    text: str
    start: int
    end: int
    value: str
    exact: int

    def at(self, start: int, end: int) -> Place:
        """The place of a stretch of the value; the whole word if the value is written in another way."""
        return (self.exact + start, self.exact + end) if self.exact >= 0 else (self.start, self.end)

    def after(self, sign: str) -> Place:
        """The part of the word behind the first of these signs, quotes and escapes included."""
        at = self.text.find(sign, self.start, self.end)
        return at + 1 if at >= 0 else self.start, self.end

    @property
    def place(self) -> Place:
        """The whole word."""
        return self.start, self.end


def piece(text: str, start: int, end: int, value: str) -> Piece:
    """A word that was read by somebody else."""
    at = text.find(value, start, end) if value else -1
    return Piece(text, start, end, value, at)


def unescaped(raw: str) -> str:
    """A stretch without its quotes and escapes."""
    if '"' not in raw and "'" not in raw and "\\" not in raw:
        return raw
    return _ESCAPE().sub(_plain, raw)


def _plain(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _ESCAPED.get(match[2], match[2]) if match[2] else ""


def pieces(text: str, start: int, end: int) -> Sequence[Piece]:
    """The words of a stretch of text; what a template does with it is no word."""
    if "{%" in text[start:end] or "<%" in text[start:end] or "{#" in text[start:end]:
        stretch = _CONTROL().sub(lambda m: " " * len(m[0]), text[start:end])
        found = [(m.start() + start, m.end() + start, m[0]) for m in _WORD().finditer(stretch)]
    else:
        found = [(m.start(), m.end(), m[0]) for m in _WORD().finditer(text, start, end)]
    return [piece(text, first, last, unescaped(raw)) for first, last, raw in found]


def within(word: Piece) -> Sequence[Piece]:
    """The words inside a word, such as those of a quoted command."""
    text, start, end = word.text, word.start, word.end
    if text[start] in "\"'":
        start += 1
        end -= text[end - 1] == text[word.start]
    return pieces(text, start, max(start, end))
