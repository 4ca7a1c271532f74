"""What a configuration file is made of: words, directives, blocks, and what could not be understood.

Both formats have the same few shapes. A node never copies text: it knows its
source and two offsets, and `span.text` is what is in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from parsers.source import Source, Span


class Word:
    """One word as the daemon would read it.

    `value` is the text after unquoting, escapes and variables; the span covers what
    is in the file, quotes included. A word that came out of a variable or a
    repeated line has the span of the reference.
    `dynamic` is true when the value depends on something that the files do not hold
    (an environment variable, a template placeholder): whoever judges values must stay silent.
    `quoted` is true when quotes protected any part of it.
    """

    __slots__ = ("dynamic", "end", "quoted", "source", "start", "value")

    def __init__(
        self, source: Source, start: int, end: int, value: str, dynamic: bool = False, quoted: bool = False
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.value = value
        self.dynamic = dynamic
        self.quoted = quoted

    @property
    def span(self) -> Span:
        """Where the word is, quotes included."""
        return Span(self.source, self.start, self.end)

    def __repr__(self) -> str:
        return f"Word({self.value!r})"


class Directive:
    """One logical line: a keyword and its arguments; with `children` when it opens a block.

    `condition` is the unresolved condition that the line is under (`@lb1`, an `.if` branch),
    or None: a conditional line may or may not apply, and rules must not build a finding on it alone.
    """

    __slots__ = ("children", "close", "condition", "opened", "parent", "words")

    def __init__(self, words: Sequence[Word], condition: str | None = None, parent: Directive | None = None) -> None:
        self.words = words
        self.condition = condition
        self.parent = parent
        self.children: list[Directive] | None = None
        self.opened: Span | None = None
        self.close: Span | None = None

    @property
    def keyword(self) -> str:
        """The first word's value ("" for a block without one)."""
        return self.words[0].value if self.words else ""

    @property
    def args(self) -> Sequence[Word]:
        """The words after the keyword."""
        return self.words[1:]

    @property
    def span(self) -> Span:
        """From the keyword to the last word of the line (the brace and the body are not included)."""
        if not self.words:
            assert self.opened is not None
            return self.opened
        first, last = self.words[0], self.words[-1]
        return Span(first.source, first.start, last.end)

    @property
    def is_block(self) -> bool:
        """Whether the line opened a `{ ... }` block."""
        return self.children is not None

    def find_all(self, keyword: str) -> Iterator[Directive]:
        """The direct children with this keyword, in file order."""
        for child in self.children or ():
            if child.keyword == keyword:
                yield child

    def walk(self) -> Iterator[Directive]:
        """All directives below this one, in file order, without recursion."""
        stack = list(reversed(self.children or ()))
        while stack:
            node = stack.pop()
            yield node
            if node.children:
                stack.extend(reversed(node.children))

    def __repr__(self) -> str:
        return f"Directive({' '.join(w.value for w in self.words)!r}{' {...}' if self.is_block else ''})"


class Problem:
    """Something that the parser could not understand, at the place that caused it.

    `kind` is a stable word (`unterminated-quote`, `missing-close-brace`, ...) that the rules map to a code.
    `message` says what is wrong with the value named; `help` says what to type.
    `certain` is false when only some versions of the daemon object.
    `related` are further places with a note each.
    """

    __slots__ = ("certain", "help", "kind", "message", "related", "span")

    def __init__(
        self,
        kind: str,
        span: Span,
        message: str,
        help: str = "",  # noqa: A002 - the word a reader of the code expects
        related: Sequence[tuple[Span, str]] = (),
        certain: bool = True,
    ) -> None:
        self.kind = kind
        self.span = span
        self.message = message
        self.help = help
        self.related = tuple(related)
        self.certain = certain

    def __repr__(self) -> str:
        return f"Problem({self.kind!r}, {self.span!r}, {self.message!r})"


class Document(Protocol):
    """What both parsers return: the source again, byte for byte, and what was understood of it."""

    @property
    def source(self) -> Source:
        """The file."""
        ...

    @property
    def sources(self) -> Sequence[Source]:
        """The file itself and, for keepalived, every file that it includes."""
        ...

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be understood, in file order."""
        ...

    @property
    def secrets(self) -> Sequence[Span]:
        """The stretches, in all sources, that no output may show."""
        ...

    def __str__(self) -> str:
        """The text that was parsed, unchanged."""
        ...
