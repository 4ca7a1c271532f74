"""Sections of haproxy.cfg: a header and the lines below it, found by keyword."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from parsers.haproxy.lines import BARE, PREFIXES, File, HaproxyLine
from parsers.keywords.haproxy import NAMELESS_SECTIONS
from parsers.records import NamedTuple
from parsers.source import Span
from parsers.tree import Word

PROXIES = frozenset(("frontend", "backend", "listen"))


class Layout(NamedTuple):
    """The words of a header by their meaning: the name, the name after `from`, and what is too much."""

    name: Word | None = None
    from_word: Word | None = None
    from_name: Word | None = None
    extra: Sequence[Word] = ()


def header_layout(keyword: str, words: Sequence[Word]) -> Layout:
    """Take the words of a header apart."""
    rest = words[1:]
    name = from_word = from_name = None
    if keyword in NAMELESS_SECTIONS:
        return Layout(extra=rest)
    if rest and not (keyword == "defaults" and rest[0].value == "from" and len(rest) > 1):
        name = rest[0]
        rest = rest[1:]
    if rest and rest[0].value == "from" and (keyword in PROXIES or keyword == "defaults"):
        from_word = rest[0]
        from_name = rest[1] if len(rest) > 1 else None
        rest = rest[2:]
    return Layout(name, from_word, from_name, rest)


class Section:
    """One section: its header and its lines, in file order.

    `condition` is the unresolved condition that the header is under.
    """

    __slots__ = (
        "_found",
        "_index",
        "_items",
        "_layout",
        "condition",
        "conditions",
        "file",
        "header",
        "keyword",
    )

    def __init__(self, file: File, header: HaproxyLine, keyword: str) -> None:
        self.file = file
        self.header = header
        self.keyword = keyword
        self._layout: Layout | None = None
        self.condition = header.condition
        self.conditions: dict[int, str] | None = None  # line start -> unresolved condition
        self._items: list[re.Match[str] | HaproxyLine] = []  # a match until the line is asked for
        self._index: dict[str, list[int]] | None = None
        self._found: dict[str, list[HaproxyLine]] = {}

    @property
    def layout(self) -> Layout:
        """The words of the header by their meaning."""
        layout = self._layout
        if layout is None:
            layout = self._layout = header_layout(self.keyword, self.header.words)
        return layout

    @property
    def name(self) -> Word | None:
        """The name, or None for a section without one."""
        return self.layout.name

    @property
    def from_name(self) -> Word | None:
        """The word after `from`."""
        return self.layout.from_name

    @property
    def span(self) -> Span:
        """The header line."""
        return self.header.span

    @property
    def keyword_span(self) -> Span:
        """The section keyword alone."""
        return self.header.words[0].span

    @property
    def label(self) -> str:
        """How messages name it: `backend 'api'`, `global`."""
        return f"{self.keyword} '{self.name.value}'" if self.name else self.keyword

    @property
    def text(self) -> str:
        """All from the beginning of the header to the end of the last line, comments and what `.if` leaves out too."""
        last = self._items[-1] if self._items else self.header
        end = last.end if isinstance(last, HaproxyLine) else last.end()
        return self.file.source.text[self.header.start : end]

    def add(self, match: re.Match[str], condition: str | None = None) -> None:
        """Add a line (for the parser)."""
        condition = condition or self.condition
        if condition is not None:
            if self.conditions is None:
                self.conditions = {}
            self.conditions[match.start()] = condition
        self._items.append(match)

    @property
    def append(self) -> Callable[[re.Match[str]], None]:
        """What the parser calls for an unconditional line."""
        return self._items.append

    @property
    def line_count(self) -> int:
        """Number of statements."""
        return len(self._items)

    def index(self) -> dict[str, list[int]]:
        """Keyword -> the numbers of its lines (for `line`), in file order; made without splitting plain lines."""
        index = self._index
        if index is None:
            index = self._index = {}
            for number, item in enumerate(self._items):
                keyword = ""
                if isinstance(item, re.Match):
                    kind = item.lastindex
                    if kind in BARE:
                        keyword = item[kind]
                if not keyword or keyword in PREFIXES:
                    keyword = self.line(number).keyword
                lines = index.get(keyword)
                if lines is None:
                    index[keyword] = [number]
                else:
                    lines.append(number)
        return index

    def line(self, number: int) -> HaproxyLine:
        """The line of this number (from 0); made once."""
        item = self._items[number]
        if isinstance(item, HaproxyLine):
            return item
        start = item.start()
        line = self.file.early.get(start)
        if line is None:
            condition = self.conditions.get(start) if self.conditions else None
            line = HaproxyLine(self.file, item, condition)
        self._items[number] = line
        return line

    def last_line(self) -> HaproxyLine:
        """The line that was taken over last."""
        return self.line(len(self._items) - 1)

    @property
    def directives(self) -> Sequence[HaproxyLine]:
        """All lines, in file order."""
        return [self.line(number) for number in range(len(self._items))]

    @property
    def keywords(self) -> Sequence[str]:
        """The different keywords, in order of first use."""
        return list(self.index())

    def find_all(self, keyword: str) -> Iterator[HaproxyLine]:
        """The lines with this keyword (after `no` or `default` too, see `HaproxyLine.prefix`)."""
        for number in self.index().get(keyword, ()):
            yield self.line(number)

    def all(self, keyword: str) -> Sequence[HaproxyLine]:
        """The lines with this keyword."""
        found = self._found.get(keyword)  # asked some fifty times per section, half of them in vain
        if found is None:
            numbers = (self._index or self.index()).get(keyword)
            if not numbers:
                return ()
            found = self._found[keyword] = [self.line(number) for number in numbers]
        return found

    def get(self, keyword: str) -> HaproxyLine | None:
        """The last line with this keyword, or None."""
        found = self.index().get(keyword)
        return self.line(found[-1]) if found else None

    def __repr__(self) -> str:
        return f"Section({self.label}, {len(self._items)} lines)"
