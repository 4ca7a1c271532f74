"""The nodes of a keepalived.conf: lines whose words are split when asked for, and the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from parsers.grammar.keepalived import KEYWORD, WORD
from parsers.keepalived.text import UNKNOWN, Stretch
from parsers.source import Source, Span
from parsers.tree import Directive, Problem, Word


class KeepalivedLine(Directive):
    """A logical line that is in the file as it is read."""

    __slots__ = ("_end", "_keyword", "_source", "_start", "_words")

    def __init__(
        self, source: Source, start: int, end: int, parent: Directive | None, keyword: str | None = None
    ) -> None:
        self._source = source
        self._start = start
        self._end = end
        self._keyword = keyword
        self._words: Sequence[Word] | None = None
        self.parent = parent
        self.condition = None
        self.children = None
        self.opened = None
        self.close = None

    @property
    def words(self) -> Sequence[Word]:
        """The words of the line, keyword first."""
        words = self._words
        if words is None:
            words = self._words = self._split()
        return words

    @words.setter
    def words(self, words: Sequence[Word]) -> None:
        self._words = words

    def _split(self) -> Sequence[Word]:
        source = self._source
        text = source.text
        found = []
        for match in WORD.finditer(text, self._start, self._end):
            start, end = match.span()
            if match.lastgroup is None:
                found.append(Word(source, start, end, match[0]))
            else:
                found.append(Word(source, start, end, text[start + 1 : end - 1], False, True))
        return found

    @property
    def keyword(self) -> str:
        """The first word's value ("" for a block without one)."""
        keyword = self._keyword
        if keyword is None:
            match = KEYWORD.match(self._source.text, self._start, self._end)
            keyword = self._keyword = match[0] if match else self.words[0].value if self.words else ""
        return keyword

    @property
    def args(self) -> Sequence[Word]:
        """The words after the keyword."""
        return self.words[1:]

    @property
    def span(self) -> Span:
        """From the keyword to the last word of the line (the brace and the body are not included)."""
        return Span(self._source, self._start, self._end)

    @property
    def text(self) -> str:
        """The logical line without comments, definitions substituted, quotes kept."""
        return self._source.text[self._start : self._end]

    @property
    def unknown(self) -> bool:
        """Whether any part of the line depends on something that the files do not hold."""
        return False


class MappedLine(KeepalivedLine):
    """A logical line out of a stretch that was unescaped or substituted, or is among others."""

    __slots__ = ("_stretch",)

    def __init__(self, stretch: Stretch, parent: Directive | None) -> None:
        span = stretch.whole()
        super().__init__(stretch.source, span.start, span.end, parent)
        self._stretch = stretch
        self.condition = stretch.condition

    def _split(self) -> Sequence[Word]:
        return self._stretch.words()

    @property
    def keyword(self) -> str:
        """The first word's value ("" for a block without one)."""
        keyword = self._keyword
        if keyword is None:
            words = self.words
            keyword = self._keyword = words[0].value if words else ""
        return keyword

    @property
    def text(self) -> str:
        """The logical line without comments, definitions substituted, quotes kept."""
        return self._stretch.shown(0, len(self._stretch.text))

    @property
    def unknown(self) -> bool:
        """Whether any part of the line depends on something that the files do not hold."""
        return UNKNOWN in self._stretch.text


class Include:
    """An `include` line.

    `span` is its place, `pattern` the text as written, `variant` the letter of its kind ("" or one of r m w b a),
    `paths` what was read for it (empty when nothing was, or they were not looked for).
    """

    __slots__ = ("paths", "pattern", "span", "variant")

    def __init__(self, span: Span, pattern: str, variant: str, paths: tuple[str, ...]) -> None:
        self.span = span
        self.pattern = pattern
        self.variant = variant
        self.paths = paths

    def __repr__(self) -> str:
        return f"Include({self.pattern!r}, {self.paths!r})"


class KeepalivedDocument:
    """A keepalived.conf that was read.

    `children` are the top-level directives, in file order, those of included files in their place.
    `sources` are the main file and every included one, in the order of reading.
    `hidden` are places of passwords that only whoever reads the definitions sees; `secrets` has them all.
    `complete` is false when something the daemon would read is not known here: an include that could not
    be followed, a template, more repetition than is sensible.
    `template` is true when the text holds markers of a template language.
    `conditions` are the identifiers named by `@id` and `@^id` lines, in order of appearance; when
    `resolved` is false, the lines under them carry a `condition`.
    `undefined` are references `${NAME}` to names that nothing defines.
    `definitions` are the names that the file defines, with the places of their values.
    """

    __slots__ = (
        "_read_as",
        "_secrets",
        "children",
        "complete",
        "conditions",
        "definitions",
        "hidden",
        "includes",
        "problems",
        "resolved",
        "source",
        "sources",
        "template",
        "undefined",
    )

    def __init__(self, source: Source, read_as: Callable[[str], KeepalivedDocument]) -> None:
        self._read_as = read_as
        self.source = source
        self.sources: list[Source] = [source]
        self.children: list[Directive] = []
        self.problems: list[Problem] = []
        self.hidden: list[Span] = []
        self._secrets: list[Span] | None = None
        self.complete = True
        self.template = False
        self.conditions: list[str] = []
        self.resolved = True
        self.includes: list[Include] = []
        self.undefined: list[tuple[str, Span]] = []
        self.definitions: list[tuple[str, Span]] = []

    @property
    def path(self) -> str:
        """The path the user gave."""
        return self.source.path

    @property
    def secrets(self) -> list[Span]:
        """The places of passwords and keys, in all sources, in order and without overlaps."""
        if self._secrets is None:
            from parsers.secrets.hints import may_hold

            self._secrets = []
            if self.hidden or any(may_hold(source.text) for source in self.sources):
                from parsers.keepalived.secrets import all_secrets

                self._secrets = all_secrets(self.sources, self.hidden)
        return self._secrets

    def find_all(self, keyword: str) -> Iterator[Directive]:
        """The top-level directives with this keyword, in file order."""
        for child in self.children:
            if child.keyword == keyword:
                yield child

    def walk(self) -> Iterator[Directive]:
        """All directives, in file order, without recursion."""
        stack = list(reversed(self.children))
        while stack:
            node = stack.pop()
            yield node
            if node.children:
                stack.extend(reversed(node.children))

    def as_node(self, name: str) -> KeepalivedDocument:
        """The document as the node of this name reads it: without the lines that are for others, and with the rest
        unconditional. `name` is what keepalived is given by its option -i, or the host name up to the first dot.

        It is the same document when nothing in it depends on the node.
        """
        if self.conditions or any("_INSTANCE" in source.text for source in self.sources):
            return self._read_as(name)
        return self

    def __str__(self) -> str:
        """The text that was parsed, put together from the lines that were matched."""
        text = self.source.text
        starts = [*self.source.starts(), len(text)]
        return "".join(text[start:end] for start, end in pairwise(starts))

    def __repr__(self) -> str:
        return f"KeepalivedDocument({self.source.path!r}, {len(self.children)} top-level directives)"


def daemon_view_lost(block: Directive, most: int = 1000) -> list[Directive]:
    """What keepalived does not see because of an unknown block: the first lines of it, no more than `most`.

    The daemon ignores the unknown keyword and its `{`, so that its `}` closes the block around it: what
    follows there is lost, and so on outwards. Empty for a block at the top level. Measured with 2.2.7.
    """
    lost: list[Directive] = []
    node = block
    while node.parent is not None and node.parent.children is not None and len(lost) < most:
        siblings = node.parent.children
        # The children are in the order of the file, but one that was included has a place in another text.
        index = next((i for i, child in enumerate(siblings) if child is node), len(siblings))
        lost.extend(siblings[index + 1 : index + 1 + most - len(lost)])
        node = node.parent
    return lost
