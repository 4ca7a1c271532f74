"""Where each key and value stands in a TOML text: `tomllib` gives values without their places.

Only a text that `tomllib` has accepted is looked at, so nothing is judged here. Should the text hold a form that is
not known here (a later TOML), the search ends there: what was found before it keeps its place, and for the rest the
place of the table around it is given.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence

from parsers.source import Source, Span

Way = Sequence[str | int]
"""The way to a value: keys, and numbers from 0 in arrays and arrays of tables: `("lb", 1, "files", 0)`."""

_SPACE = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_KEY = re.compile(r"""[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+'""")
_DOT = re.compile(r"[ \t]*+\.[ \t]*+")
_BLANKS = re.compile(r"[ \t]*+")
_EQUALS = re.compile(r"[ \t]*+=[ \t]*+")
# A string with three quotes may have one or two more of them right before its end. A date and a time of day may
# be separated by a blank; every other value is one word.
_VALUE = re.compile(
    r'''"""(?:[^"\\]++|\\[\s\S]|"(?!""))*+"{3,5}'''
    r"""|'''[\s\S]*?'''(?:'{0,2})"""
    r'''|"(?:[^"\\\n]++|\\.)*+"'''
    r"""|'[^'\n]*+'"""
    r"""|[0-9]{4}-[0-9]{2}-[0-9]{2}[ ][0-9]{2}:[^ \t\r\n,\]}#]++"""
    r"""|[^ \t\r\n,\]}#"'\[{]++"""
)


class _Spot:
    """One table, array or value; `end` is -1 as long as it is not known."""

    __slots__ = ("children", "end", "entry", "start", "tables")

    def __init__(self, start: int = 0, end: int = -1) -> None:
        self.start = start
        self.end = end
        self.entry = start  # where the key begins that the value belongs to
        self.children: dict[str | int, _Spot] = {}
        self.tables = 0  # how many [[tables]] there are so far; 0 for everything else

    def child(self, key: str | int, start: int, end: int = -1) -> _Spot:
        """The place below this one, made if it is not there."""
        return self.children.get(key) or self.children.setdefault(key, _Spot(start, end))

    def latest(self) -> _Spot:
        """The table itself, or the last one of an array of tables: what keys after its header belong to."""
        return self.children[self.tables - 1] if self.tables else self


class _UnknownFormError(Exception):
    """The text goes on in a way that is not known here."""


class Places:
    """The places of everything in one TOML text that `tomllib` accepts."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._root = _Spot()
        try:
            _Scan(source.text).statements(self._root)
        except (_UnknownFormError, IndexError, tomllib.TOMLDecodeError):
            return  # the text ends, or goes on, or a key is quoted, in a way that is not TOML as it is known here

    def find(self, way: Way) -> Span | None:
        """The place of what the way leads to, or of the nearest table or array around it; None when there is none.

        A value's place covers its text, quotes and brackets included; a table's is its header, or where it has
        none the part of a dotted key that made it; that of an array of tables is its first header.
        """
        return self._walk(way)[0]

    def exact(self, way: Way) -> Span | None:
        """As `find`, but None instead of the place of something around it."""
        span, all_the_way = self._walk(way)
        return span if all_the_way else None

    def entry(self, way: Way) -> Span | None:
        """As `exact`, from the start of the key that the value belongs to."""
        span = self.exact(way)
        place = self._root
        for key in way:
            place = place.children.get(key, place)
        return span and self._source.span(place.entry, span.end)

    def span(self, way: Way) -> Span:
        """As `find`, but the text's start where that finds nothing."""
        return self.find(way) or self._source.span(0, 0)

    def _walk(self, way: Way) -> tuple[Span | None, bool]:
        place, found = self._root, None
        for key in way:
            below = place.children.get(key)
            if below is None:
                return found, False
            place = below
            if place.end >= 0:
                found = self._source.span(place.start, place.end)
        return found, place.end >= 0


class _Scan:
    """One walk through the text, from its start to its end, without recursion."""

    def __init__(self, text: str) -> None:
        self.text = text

    def statements(self, root: _Spot) -> None:
        """Note the places of all headers, keys and values below `root`."""
        text, table = self.text, root
        at = self._after(_SPACE, 1 if text.startswith("\ufeff") else 0)
        while at < len(text):
            if text[at] == "[":
                at, table = self._header(at, root)
            else:
                at, place = self._key_of(table, at)
                at = self._value(at, place)
            at = self._after(_SPACE, at)

    def _after(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self.text, at)
        if match is None:
            raise _UnknownFormError
        return match.end()

    def _parts(self, at: int) -> tuple[int, list[tuple[str, int, int]]]:
        """The parts of the dotted key at `at`, each with its start and end, and the offset behind the key."""
        parts: list[tuple[str, int, int]] = []
        while True:
            end = self._after(_KEY, at)
            parts.append((_unquoted(self.text[at:end]), at, end))
            dot = _DOT.match(self.text, end)
            if dot is None:
                return end, parts
            at = dot.end()

    def _header(self, start: int, root: _Spot) -> tuple[int, _Spot]:
        """`[table]` or `[[table]]`: the offset behind it, and the table that it opens."""
        width = 2 if self.text.startswith("[[", start) else 1
        at, parts = self._parts(self._after(_BLANKS, start + width))
        end = self._after(_BLANKS, at) + width
        if self.text[end - width : end] != "]" * width:
            raise _UnknownFormError
        table = root
        for name, _, _ in parts[:-1]:
            table = table.child(name, start, end).latest()
        place = table.child(parts[-1][0], start, end)
        if width == 2:
            place.tables += 1
            return end, place.child(place.tables - 1, start, end)
        place.start, place.end = start, end  # its own header, where a header of a table below it came first
        return end, place

    def _key_of(self, table: _Spot, at: int) -> tuple[int, _Spot]:
        """`key =`: the offset of the value, and the value's place, which has no end yet."""
        entry = at
        at, parts = self._parts(at)
        for name, start, end in parts[:-1]:
            table = table.child(name, start, end).latest()
        place = table.child(parts[-1][0], at)
        place.entry = entry
        return self._after(_EQUALS, at), place

    def _value(self, at: int, place: _Spot) -> int:
        """Note where the value at `at` stands, and the values inside it; the offset behind it."""
        text = self.text
        around: list[_Spot] = []
        while True:
            place.start = at
            if text[at] in "[{":
                around.append(place)
                at += 1
            else:
                at = place.end = self._after(_VALUE, at)
            while around:
                at = self._after(_SPACE, at)
                if text[at] == ",":
                    at = self._after(_SPACE, at + 1)
                if text[at] not in "]}":
                    break
                at += 1
                around.pop().end = at
            if not around:
                return at
            outer = around[-1]
            if text[outer.start] == "[":
                place = outer.child(len(outer.children), at)
            else:
                at, place = self._key_of(outer, at)


def _unquoted(key: str) -> str:
    """The key that is meant by the text of one, with or without quotes."""
    if key[0] == "'":
        return key[1:-1]
    if key[0] != '"':
        return key
    if "\\" not in key:
        return key[1:-1]
    return str(tomllib.loads(f"key = {key}")["key"])
