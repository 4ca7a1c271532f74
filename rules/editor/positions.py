"""Places as the Language Server Protocol counts them (3.17, "Text Documents"), and offsets in a text.

Lines end at LF, CR LF or CR there, and columns count code units of the encoding that both sides have agreed on.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from lsprotocol.types import Position, PositionEncodingKind, Range

from parsers.source import Source

_LINE_ENDS = re.compile(r"\r\n|\n|\r")


class TextPlaces:
    """The places of one text. A place outside of it is the nearest one in it: editors may be a keystroke ahead."""

    def __init__(self, text: str, encoding: str = PositionEncodingKind.Utf16) -> None:
        self.text = text
        self._encoding = encoding
        self._starts = [0, *(match.end() for match in _LINE_ENDS.finditer(text))]

    def offset(self, place: Position) -> int:
        """The offset of the character at a place, or of the line's end if the line is shorter."""
        if place.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[place.line], self._end(place.line)
        words = self.text[start:end]
        if self._encoding == PositionEncodingKind.Utf32 or words.isascii():
            return min(start + place.character, end)
        units, at = 0, start
        for char in words:
            units += self._units(char)
            if units > place.character:
                break
            at += 1
        return at

    def place(self, offset: int) -> Position:
        """The place of the character at an offset."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        words = self.text[self._starts[line] : offset]
        if self._encoding == PositionEncodingKind.Utf32 or words.isascii():
            return Position(line, len(words))
        return Position(line, sum(map(self._units, words)))

    def range(self, start: int, end: int) -> Range:
        """The range of the characters from `start` up to, not including, `end`."""
        return Range(self.place(start), self.place(end))

    def _end(self, line: int) -> int:
        """Where a line ends, without its line end."""
        if line + 1 >= len(self._starts):
            return len(self.text)
        end = self._starts[line + 1]
        return end - (2 if self.text[end - 2 : end] == "\r\n" else 1)

    def _units(self, char: str) -> int:
        if self._encoding == PositionEncodingKind.Utf8:
            return len(char.encode("utf-8", "surrogatepass"))
        return 2 if char > "\uffff" else 1


@lru_cache(maxsize=64)
def _of_source(source: Source, encoding: str) -> TextPlaces:
    return TextPlaces(source.text, encoding)


def places_of(source: Source, encoding: str) -> TextPlaces:
    """The places of a file that was read; made once."""
    return _of_source(source, encoding)
