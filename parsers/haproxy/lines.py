"""The lines of haproxy.cfg, which are split into words on demand.

A file of 100,000 lines is kept as one match per line; words and directives are built for the lines that are asked
about, and kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.grammar.haproxy import PLAIN, SECTION, SOUND
from parsers.haproxy.placeholders import mark_placeholders
from parsers.haproxy.words import BARE_WORD, Splitter, bare_words, splits_alike
from parsers.source import Source, Span
from parsers.tree import Directive, Word

# The words that `no` and `default` may precede (haproxy 2.6 to 3.4; anything else is an error there).
NEGATABLE = frozenset(
    ("option", "log", "busy-polling", "set-dumpable", "strict-limits", "insecure-fork-wanted", "numa-cpu-mapping")
)
BARE = frozenset((PLAIN, SOUND))  # classes of lines whose first word is a group of the match
PREFIXES = frozenset(("no", "default"))
_SHAPES = 1000  # lines whose words are kept in mind


class File:
    """What holds for all lines of one file.

    `templated` is true when the text holds placeholders of a template; `complete` is false when a template's
    control lines or an unresolved `.if` leave open what the file says; `dot_lines` are the lines that start with a
    dot; `early` the lines that had to be split while parsing, by their start.
    """

    __slots__ = ("_alike", "_shapes", "complete", "dot_lines", "early", "source", "templated")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.templated = False
        self.complete = True
        self.dot_lines: list[HaproxyLine] = []
        self.early: dict[int, HaproxyLine] = {}
        self._alike = splits_alike(source.text)
        self._shapes: dict[str, list[tuple[int, int, str, bool, bool]]] = {}

    def split(self, match: re.Match[str]) -> list[Word]:
        """The words of a line that the line grammar found sound (others are split while parsing)."""
        kind = match.lastindex
        if kind in (PLAIN, SECTION):  # headers with quotes were split while parsing
            words = bare_words(self.source, match.start(kind), match.end(), self._alike)
        else:
            words = self._with_quotes(match.start(), match.group())
        if self.templated:
            mark_placeholders(words)
        return words

    def _with_quotes(self, start: int, text: str) -> list[Word]:
        """The words of a line with quotes or escapes; large files have the same log formats again and again."""
        shape = self._shapes.get(text)
        if shape is not None:
            source = self.source
            return [Word(source, start + a, start + b, text, some, quoted) for a, b, text, some, quoted in shape]
        words = Splitter(self.source, start, start + len(text)).words
        if start and len(self._shapes) < _SHAPES:
            self._shapes[text] = [(w.start - start, w.end - start, w.value, w.dynamic, w.quoted) for w in words]
        return words


def stretch(lines: Sequence[HaproxyLine]) -> str:
    """The text from the first of some lines to the end of the last one, whatever stands between them; "" for none."""
    return lines[0].source.text[lines[0].start : lines[-1].end] if lines else ""


class HaproxyLine(Directive):
    """One statement of haproxy.cfg.

    `prefix` is "no" or "default" when the line starts with it: `keyword` and `args` are then those of the
    statement after it, while `words` has all of the line.
    """

    __slots__ = ("_match", "_words", "file")

    def __init__(
        self, file: File, match: re.Match[str], condition: str | None = None, words: list[Word] | None = None
    ) -> None:
        # The base initialiser would ask for the words.
        self.file = file
        self.condition = condition
        self.parent = None
        self.children = None
        self.opened = None
        self.close = None
        self._match = match
        self._words = words

    @property
    def source(self) -> Source:
        """The file that the line is in."""
        return self.file.source

    @property
    def words(self) -> Sequence[Word]:
        """All words of the line, the prefix `no` included."""
        words = self._words
        if words is None:
            words = self._words = self.file.split(self._match)
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
        if kind in BARE:
            return self._match[kind]
        return self.words[0].value if self.words else ""

    @property
    def first_arg(self) -> str:
        """The value of the first word after the keyword, "" without one."""
        return self.arg(0)

    def arg(self, number: int) -> str:
        """The value of one of the words after the keyword (from 0), "" without it; plain lines are not split for it."""
        match = self._match
        if self._words is None and self.is_plain and match[PLAIN] not in PREFIXES:
            at, end = match.end(PLAIN), match.end()
            for _ in range(number + 1):
                found = BARE_WORD.search(match.string, at, end)
                if found is None:
                    return ""
                word, comment, _ = found[0].partition("#")
                at = end if comment else found.end()
            return word
        words = self.words
        at = 1 + number + (1 if words and words[0].value in PREFIXES and self.prefix else 0)
        return words[at].value if len(words) > at else ""

    @property
    def is_plain(self) -> bool:
        """Whether the line has no quotes, escapes, variables and placeholders."""
        return self._match.lastindex == PLAIN and not self.file.templated

    def bare_match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What `pattern` finds right after the first word of a line without quotes, escapes and placeholders."""
        if not self.is_plain:
            return None
        match = self._match
        return pattern.match(match.string, match.end(PLAIN), match.end())

    def search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What `pattern` finds first in the line as it is in the file."""
        match = self._match
        return pattern.search(match.string, match.start(), match.end())

    @property
    def prefix(self) -> str:
        """`no` or `default` when the line starts with it and it is allowed there, else ""."""
        first = self.first_word
        if first in PREFIXES and len(self.words) > 1 and self.words[1].value in NEGATABLE:
            return first
        return ""

    @property
    def keyword(self) -> str:
        """The statement's keyword: the word after the prefix when there is one."""
        first = self.first_word
        return self.words[1].value if first in PREFIXES and self.prefix else first

    @property
    def keyword_word(self) -> Word | None:
        """The word that `keyword` is the value of."""
        words = self.words
        return (words[1] if self.prefix else words[0]) if words else None

    @property
    def args(self) -> Sequence[Word]:
        """The words after the keyword."""
        words: Sequence[Word] | None = self._words
        if words is None:
            words = self.words
        return words[2 if words and words[0].value in PREFIXES and self.prefix else 1 :]

    @property
    def span(self) -> Span:
        """From the first word to the last one."""
        words = self.words
        if not words:
            return Span(self.source, self._match.start(), self._match.end())
        return Span(self.source, words[0].start, words[-1].end)

    @property
    def start(self) -> int:
        """Offset of the first character of the line in its file."""
        return self._match.start()

    @property
    def end(self) -> int:
        """Offset behind the line and its line end in its file."""
        return self._match.end()

    @property
    def dynamic(self) -> bool:
        """Whether any word depends on something outside the file."""
        return any(word.dynamic for word in self.words)

    @property
    def line_text(self) -> str:
        """The line as it is in the file, with its line end."""
        return self._match[0]
