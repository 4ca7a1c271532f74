"""Sections of haproxy.cfg, and their lines, which are split into words on demand.

A file of 100,000 lines is kept as one match per line; words and directives are built for the
lines that somebody asks about, and kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.grammar.haproxy import PLAIN, SOUND
from parsers.haproxy.headers import Layout, header_layout
from parsers.source import Span
from parsers.tree import Directive, Word

if TYPE_CHECKING:
    from parsers.haproxy.document import HaproxyDocument

# The words that `no` and `default` may stand before (haproxy 2.6 to 3.4; anything else is an error there).
NEGATABLE = frozenset(
    ("option", "log", "busy-polling", "set-dumpable", "strict-limits", "insecure-fork-wanted", "numa-cpu-mapping")
)
_BARE = frozenset((PLAIN, SOUND))  # their first word is a group of the match
_PREFIXES = frozenset(("no", "default"))
_FIRST_ARG = re.compile(r"[ \t\v\f]++([^ \t\v\f\r\n\"'\\#]++)(?=[ \t\v\f\r\n#]|\Z)")


class HaproxyLine(Directive):
    """One statement of haproxy.cfg.

    `prefix` is "no" or "default" when the line starts with it: `keyword` and `args` are then those of the
    statement behind it, while `words` has all of the line.
    """

    __slots__ = ("_match", "_words", "document", "section")

    def __init__(
        self, document: HaproxyDocument, match: re.Match[str], section: Section | None = None,
        condition: str | None = None, words: list[Word] | None = None,
    ) -> None:  # fmt: skip
        # The base initialiser would ask for the words.
        self.document = document
        self.section = section
        self.condition = condition
        self.parent = None
        self.children = None
        self.opened = None
        self.close = None
        self._match = match
        self._words = words

    @property
    def words(self) -> Sequence[Word]:
        """All words of the line, the prefix `no` included."""
        words = self._words
        if words is None:
            words = self._words = self.document.split(self._match)
        return words

    @words.setter
    def words(self, words: Sequence[Word]) -> None:
        self._words = list(words)

    @property
    def kind(self) -> int | None:
        """Class of the line in the line grammar (`parsers.grammar.haproxy`)."""
        return self._match.lastindex

    @property
    def first_word(self) -> str:
        """The word the line starts with."""
        kind = self._match.lastindex
        if kind in _BARE:
            return self._match[kind]
        return self.words[0].value if self.words else ""

    @property
    def first_arg(self) -> str:
        """The value of the first word behind the keyword ("" without one); cheaper than `args`."""
        match = self._match
        kind = match.lastindex
        if self._words is None and kind in _BARE and match[kind] not in _PREFIXES:
            found = _FIRST_ARG.match(match.string, match.end(kind), match.end())
            if found:
                return found[1]
        args = self.args
        return args[0].value if args else ""

    def bare_match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What `pattern` finds right behind the first word of a line without quotes, escapes and placeholders."""
        match = self._match
        if match.lastindex != PLAIN or self.document.templated:
            return None
        return pattern.match(match.string, match.end(PLAIN), match.end())

    @property
    def prefix(self) -> str:
        """`no` or `default` when the line starts with it and it may stand there, else ""."""
        first = self.first_word
        if first in _PREFIXES and len(self.words) > 1 and self.words[1].value in NEGATABLE:
            return first
        return ""

    @property
    def keyword(self) -> str:
        """The statement's keyword: the word behind the prefix when there is one."""
        first = self.first_word
        return self.words[1].value if first in _PREFIXES and self.prefix else first

    @property
    def keyword_word(self) -> Word | None:
        """The word that `keyword` is the value of."""
        words = self.words
        return (words[1] if self.prefix else words[0]) if words else None

    @property
    def args(self) -> Sequence[Word]:
        """The words after the keyword."""
        words = self.words
        return words[2 if words and words[0].value in _PREFIXES and self.prefix else 1 :]

    @property
    def span(self) -> Span:
        """From the first word to the last one."""
        words = self.words
        if not words:
            return Span(self.document.source, self._match.start(), self._match.end())
        return Span(self.document.source, words[0].start, words[-1].end)

    @property
    def start(self) -> int:
        """Offset of the first character of the line in its file."""
        return self._match.start()

    @property
    def dynamic(self) -> bool:
        """Whether any word depends on something outside the file."""
        return any(word.dynamic for word in self.words)

    @property
    def line_text(self) -> str:
        """The line as it stands in the file, with its line end."""
        return self._match[0]


class Section:
    """One section: its header and its lines, in file order.

    `condition` is the unresolved condition that the header stands under.
    """

    __slots__ = (
        "_index",
        "_items",
        "_layout",
        "condition",
        "conditions",
        "document",
        "header",
        "keyword",
    )

    def __init__(self, document: HaproxyDocument, header: HaproxyLine, keyword: str) -> None:
        self.document = document
        self.header = header
        self.keyword = keyword
        self._layout: Layout | None = None
        self.condition = header.condition
        self.conditions: dict[int, str] | None = None  # line start -> unresolved condition
        self._items: list[re.Match[str] | HaproxyLine] = []  # a match until somebody asks for the line
        self._index: dict[str, list[int]] | None = None

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
        """The word behind `from`."""
        return self.layout.from_name

    @property
    def extra_words(self) -> Sequence[Word]:
        """What follows them (`listen x *:80`, the syntax of haproxy 1.4)."""
        return self.layout.extra

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

    def add(self, match: re.Match[str], condition: str | None = None) -> None:
        """Take over a line (for the parser)."""
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
                    if kind in _BARE:
                        keyword = item[kind]
                if not keyword or keyword in _PREFIXES:
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
        line = self.document.split_lines.get(start)
        if line is None:
            condition = self.conditions.get(start) if self.conditions else None
            line = HaproxyLine(self.document, item, self, condition)
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
        """The lines with this keyword (behind `no` or `default` too, see `HaproxyLine.prefix`)."""
        for number in self.index().get(keyword, ()):
            yield self.line(number)

    def all(self, keyword: str) -> list[HaproxyLine]:
        """The lines with this keyword, as a list."""
        return [self.line(number) for number in self.index().get(keyword, ())]

    def get(self, keyword: str) -> HaproxyLine | None:
        """The last line with this keyword, or None."""
        found = self.index().get(keyword)
        return self.line(found[-1]) if found else None

    def __repr__(self) -> str:
        return f"Section({self.label}, {len(self._items)} lines)"
