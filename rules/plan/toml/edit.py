"""Changing a TOML text that somebody wrote in places, and nowhere else: comments, order and spacing stay."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from parsers.edits import Edit, apply_edits
from parsers.source import Source, Span
from rules.plan.model import ClusterError
from rules.plan.toml.load import load
from rules.plan.toml.places import Places, Way
from rules.plan.toml.write import table_text, value_text

Keys = Mapping[str, Any]
"""Values by key. None: the key is not to be there. Absent: what is there stays."""

_COMMENT = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|\'\'\'.*?\'\'\'\'{0,2}|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|(?P<comment>#[^\r\n]*)''',
    re.DOTALL,
)
_BLANK_LINE = re.compile(r"[ \t]*\r?\n")
_BLANK_LINE_BEFORE = re.compile(r"\n([ \t]*\r?\n)\Z")
_LINE_END = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_COMMA_BEHIND, _COMMA_BEFORE = re.compile(r"\s*,[ \t]*"), re.compile(r",\s*\Z")


class TomlText:
    """A TOML text, and the changes to it. Raises ClusterError when the text is not TOML."""

    def __init__(self, written: str, path: str = "halb.toml") -> None:
        self._ended = written.endswith("\n")
        self.newline = "\r\n" if "\r\n" in written else "\n"
        self._source = Source(path, written if self._ended else written + self.newline)
        self.text = self._source.text
        self._places = Places(self._source)
        self.data: Mapping[str, Any] = load(self._source)
        self._changes: list[Edit] = []
        self._tables: list[Edit] = []

    def result(self) -> str:
        """The text with the changes."""
        # At one place, keys of the table that ends there come before a new table.
        text = apply_edits(self._source, [*self._changes, *self._tables])
        return text if self._ended else text.removesuffix(self.newline)

    # What is there

    def at(self, way: Way) -> Any:
        """What the way leads to."""
        found: Any = self.data
        for part in way:
            found = found[part]
        return found

    def has_header(self, table: str) -> bool:
        """Whether the table has a header in a line of its own: keys can be added to it."""
        span = self.exact((table,))
        return span.text.startswith("[") and not self.text[self._line(span.start) : span.start].strip(" \t\ufeff")

    def exact(self, way: Way) -> Span:
        """Where the value stands; ClusterError when that can't be told."""
        span = self._places.exact(way)
        if span is None:
            name = ".".join(map(str, way))
            raise ClusterError(f"{self._source.path}: can't tell where {name} stands; write it in a line of its own")
        return span

    def block(self, way: Way) -> tuple[int, int]:
        """From the line of a table's header to behind that of its last key."""
        header = self.exact(way)
        ends = [self.exact((*way, key)).end for key in self.at(way)]
        return self._line(header.start), self._after(max([header.end, *ends]))

    def end_of(self, tables: Sequence[str]) -> int:
        """Behind the last of these tables that is there and has a header; else the end of the text."""
        for name in reversed(tables):
            if self.data.get(name) and self.has_header(name):
                found = self.data[name]
                return self.block((name, len(found) - 1) if isinstance(found, list) else (name,))[1]
        return len(self.text)

    # Keys

    def set_keys(self, way: Way, keys: Keys, order: Sequence[str]) -> None:
        """Change, add and take away keys of a table; those that come stand in this `order`."""
        self._changes += self.key_changes(way, keys, order)

    def key_changes(self, way: Way, keys: Keys, order: Sequence[str]) -> list[Edit]:
        """The changes of `set_keys`."""
        old = self.at(way)
        edits = [self._without((*way, key)) for key, value in keys.items() if value is None and key in old]
        for key, value in keys.items():
            if value is None:
                continue
            if key in old:
                edits.append(Edit(self.exact((*way, key)), value_text(value)))
                continue
            above = [other for other in order[: order.index(key)] if other in old]
            place = self._after(self.exact((*way, above[-1]) if above else way).end)
            edits.append(self._insertion(place, f"{key} = {value_text(value)}\n"))
        return edits

    def _without(self, way: Way) -> Edit:
        """The lines of a key and its value, with nothing but their comments left."""
        span = self.exact(way)
        start, end = self._line(span.start), self._after(span.end)
        comments = (match["comment"] for match in _COMMENT.finditer(self.text, start, end))
        kept = "".join(f"{comment}{self.newline}" for comment in comments if comment)
        return Edit(self._source.span(start, end), kept)

    def cut(self, way: Way) -> None:
        """Take a key away with its value and the comment behind it, wherever it stands: also in a table of one line."""
        span = self._places.entry(way)
        if span is None:
            self.exact(way)
            return
        start, end = span.start, span.end
        line, behind = self._line(start), _LINE_END.match(self.text, end)
        if behind and not self.text[line:start].strip(" \t\ufeff"):
            start, end = line, behind.end()
        elif before := _COMMA_BEFORE.search(self.text, 0, start):
            start = before.start()
        elif after := _COMMA_BEHIND.match(self.text, end):
            end = after.end()
        self._changes.append(Edit(self._source.span(start, end), ""))

    # Tables

    def add_table(self, at: int, header: str, keys: Keys, *, leading: bool = False) -> None:
        """Insert a table, apart from the others; `leading`: it comes before what stands there."""
        text = table_text(header, keys)
        self._tables.append(self._insertion(at, f"{text}\n" if leading else f"\n{text}"))

    def restate(self, table: str, at: int, header: str, tables: Sequence[Keys]) -> None:
        """Write with headers what stands in one line or in dotted keys; the comments there stay in their place."""
        if table in self.data:
            span = self.exact((table,))
            inline = "=" in self.text[self._line(span.start) : span.start]
            ways: list[Way] = [(table,)] if inline else [(table, key) for key in self.data[table]]
            self._changes += [self._without(way) for way in ways]
        for keys in tables:
            self.add_table(at, header, keys)

    def remove_table(self, way: Way, *, last: bool) -> None:
        """Take a table's lines away and one of the blank lines around it; a comment above the first is for all."""
        start, end = self.block(way)
        if above := _BLANK_LINE_BEFORE.search(self.text, 0, start):
            start = above.start(1)
        elif not last and (below := _BLANK_LINE.match(self.text, end)):
            end = below.end()
        # Two neighbours share the blank line between them.
        start = max([start, *(edit.span.end for edit in self._changes if edit.span.start < start < edit.span.end)])
        self._changes.append(Edit(self._source.span(start, max(start, end)), ""))

    def move_table(self, way: Way, slot: tuple[int, int], changes: Sequence[Edit]) -> None:
        """Put a table, with these changes to it, where another one stands."""
        start, end = self.block(way)
        block = Source(self._source.path, self.text[start:end])
        inside = [Edit(block.span(edit.span.start - start, edit.span.end - start), edit.text) for edit in changes]
        text = apply_edits(block, inside)
        if text != self.text[slice(*slot)]:
            self._changes.append(Edit(self._source.span(*slot), text))

    # Places

    def _insertion(self, at: int, text: str) -> Edit:
        return Edit(self._source.span(at, at), text.replace("\n", self.newline))

    def _line(self, at: int) -> int:
        return max(self.text.rfind("\n", 0, at) + 1, int(self.text.startswith("\ufeff")))

    def _after(self, at: int) -> int:
        return self.text.index("\n", at) + 1
