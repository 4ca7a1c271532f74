"""Keeping account of every line of the files: taken into the draft, or left over with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from parsers.facts.values import Value
from parsers.source import Source, Span
from parsers.tree import Directive
from rules.plan import about, check_value
from rules.text import clipped
from wizard.importer.model import Leftover, LeftoverKind

if TYPE_CHECKING:
    from rules import Secrets

T = TypeVar("T")
Reason = tuple[str, LeftoverKind]
_NO_CONTENT = " \t\r\f\v\ufeff{};"  # braces belong to the line that opens the block
_LONGEST = 400
UNKNOWN = "it depends on something that the files do not hold"


def last_line(directive: Directive) -> int:
    """The line that a directive, or its block, ends on."""
    spans = [directive.span, directive.opened, directive.close]
    below = [d.span for d in directive.walk()] if directive.children and directive.close is None else []
    source = directive.span.source
    ends = [span.end for span in (*spans, *below) if span is not None and span.source is source]
    return source.position(max(max(ends) - 1, directive.span.start))[0]


class Ledger:
    """What becomes of each directive; a directive is known by its file and the place it starts at."""

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets
        self.notes: list[str] = []
        self._taken: dict[tuple[str, int], tuple[int, int]] = {}
        self._left: dict[tuple[str, int, int, str], Leftover] = {}
        self._settled: set[tuple[str, int]] = set()
        self._lines: dict[str, list[tuple[int, int]]] = {}  # file -> first and last lines that something was said of

    def take(self, *directives: Directive) -> None:
        """The draft holds what these lines say."""
        for directive in directives:
            span = directive.span
            key = (span.source.path, span.start)
            self._settled.add(key)
            lines = self._taken[key] = (span.line, span.source.position(max(span.start, span.end - 1))[0])
            self._lines.setdefault(span.source.path, []).append(lines)

    def leave(
        self, node: str, directive: Directive, why: str, kind: LeftoverKind = LeftoverKind.LOST, last: int = 0
    ) -> None:
        """A line, with the block that it opens, is left over; `last` is the end of a section."""
        span = directive.span
        self._settled.add((span.source.path, span.start))
        text = self.secrets.line(span.source, span.line).strip()
        self._add(node, span, text, why, kind, max(last, last_line(directive)))

    def leave_part(self, node: str, span: Span, why: str, kind: LeftoverKind = LeftoverKind.LOST) -> None:
        """A part of a line is left over; the line itself may be taken."""
        source, line = span.source, span.line
        start = span.start - source.line_start(line)
        text = self.secrets.line(source, line)[start : start + span.end - span.start]
        self._add(node, span, text.strip(), why, kind, line)

    def _add(self, node: str, span: Span, text: str, why: str, kind: LeftoverKind, last: int) -> None:
        why = clipped(self.secrets.message(why, [span]))
        key = (span.source.path, span.start, span.line, why)
        if key not in self._left:
            last = max(last, span.line)
            text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"  # a long line can have many leftovers
            self._left[key] = Leftover(node, span.source.path, span.line, clipped(text), why, kind, last)
            self._lines.setdefault(span.source.path, []).append((span.line, last))

    def accounted_for(self, directive: Directive) -> bool:
        """Whether somebody has decided about the directive."""
        span = directive.span
        return (span.source.path, span.start) in self._settled

    def checked(self, node: str, table: str, key: str, value: Value[T] | None, given: Any = None) -> T | None:
        """A value that halb.toml can hold, its line taken; else the line is left over and the answer None.

        `given` is the value as TOML writes it, where that is not `value.value`.
        """
        if value is None:
            return None
        if not value.known:
            why = UNKNOWN if not value.certain else f"the value of {key} was not understood"
            self.leave(node, value.directive, why, LeftoverKind.UNREADABLE)
            return None
        try:
            found: T = check_value(table, key, value.value if given is None else given)
        except ValueError as error:
            self.leave(node, value.directive, f"halb.toml can't hold it: {about(key, str(error))}")
            return None
        self.take(value.directive)
        return found

    def sweep(self, node: str, lines: Iterable[Directive], reason: Callable[[Directive], Reason]) -> None:
        """Leave over what nobody has decided about, with all that is below it."""
        for line in lines:
            if not self.accounted_for(line):
                self.leave(node, line, *reason(line))
            elif line.children and (line.span.source.path, line.span.start) in self._taken:
                self.sweep(node, line.children, reason)

    def sweep_text(self, node: str, source: Source, comments: str) -> None:
        """Leave over every line with content that no directive of the tree accounts for."""
        covered: set[int] = set()
        for first, last in self._lines.get(source.path, ()):
            covered.update(range(first, last + 1))
        for number, start in enumerate(source.starts(), 1):
            text = source.line(number).strip(_NO_CONTENT)
            if number in covered or not text or text[0] in comments:
                continue
            self._add(node, Span(source, start, start + 1), self._shown(source, number), *_why(text), number)

    def _shown(self, source: Source, number: int) -> str:
        return self.secrets.line(source, number).strip()

    @property
    def leftovers(self) -> tuple[Leftover, ...]:
        """In the order of nodes, files and lines."""
        return tuple(sorted(self._left.values(), key=lambda left: (left.node, left.file, left.line, left.text)))

    @property
    def used(self) -> tuple[tuple[str, int], ...]:
        """The lines that were taken, in order."""
        return tuple(sorted(set(self._used())))

    def _used(self) -> Iterator[tuple[str, int]]:
        for (path, _), (first, last) in self._taken.items():
            yield from ((path, line) for line in range(first, last + 1))


def _why(text: str) -> Reason:
    """Why a line that is no directive of the tree is left over."""
    if text.startswith("$") and "=" in text:
        return "a plan holds values, no definitions", LeftoverKind.REPLACED
    if text.startswith(("@", ".")):
        return "a plan has no conditions", LeftoverKind.UNREADABLE
    if text.startswith("include"):
        return (
            "a plan has no includes; what was included is imported as far as the file was given",
            LeftoverKind.REPLACED,
        )
    return "it was not understood", LeftoverKind.UNREADABLE


def words_of(directive: Directive) -> str:
    """The words of a line with one blank between them, for comparing."""
    return " ".join(word.value for word in directive.words)
