"""A tree taken apart again into lines and braces, and cut where a new top-level block certainly begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from parsers.keepalived.braces.blocks import Brace
from parsers.keepalived.tree import KeepalivedLine
from parsers.keywords.keepalived import keepalived_table
from parsers.source import Source, Span
from parsers.tree import Directive

# keepalived reads lines of up to 1023 bytes; nothing further away is looked at.
_LINE = 1023


class BraceEvent:
    """A line, a `{` or a `}`.

    `kind` is "line", "{" or "}". `column` is how far the event is indented (a tab counts up to the next multiple
    of eight) when it comes first on its physical line, otherwise -1.
    """

    __slots__ = ("column", "kind", "line", "offset", "source")

    def __init__(self, kind: str, source: Source, offset: int, line: KeepalivedLine | None = None) -> None:
        self.kind = kind
        self.source = source
        self.offset = offset
        self.line = line
        start = source.text.rfind("\n", max(0, offset - _LINE), offset) + 1
        before = source.text[start:offset] if offset - start <= _LINE else "-"
        self.column = -1 if before.strip(" \t\f\v") else len(before.expandtabs())

    @property
    def span(self) -> Span:
        """The brace, or the words of the line."""
        return self.line.span if self.line is not None else Span(self.source, self.offset, self.offset + 1)

    @property
    def number(self) -> int:
        """The number of the physical line."""
        return self.source.position(self.offset)[0]

    def line_end(self) -> int:
        """Where the physical line ends, or what keepalived can take of it."""
        last = min(self.offset + _LINE, len(self.source.text))
        end = self.source.text.find("\n", self.offset, last)
        return end if end >= 0 else last


def events_of(roots: Sequence[Directive]) -> list[BraceEvent]:
    """The lines and braces of a tree, in the order in which they were read."""
    found: list[BraceEvent] = []
    stack: list[Directive | Span] = list(reversed(roots))
    while stack:
        node = stack.pop()
        if isinstance(node, Span):
            found.append(BraceEvent("}", node.source, node.start))
            continue
        assert isinstance(node, KeepalivedLine)
        span = node.span
        if isinstance(node, Brace):
            if node.children is None:
                found.append(BraceEvent("}", span.source, span.start))
                continue
        else:
            found.append(BraceEvent("line", span.source, span.start, node))
        if node.children is None:
            continue
        if node.opened is not None:
            found.append(BraceEvent("{", node.opened.source, node.opened.start))
        if node.close is not None:
            stack.append(node.close)
        stack.extend(reversed(node.children))
        node.children, node.opened, node.close = None, None, None
    return found


def segments(events: Sequence[BraceEvent]) -> list[tuple[int, int]]:
    """Stretches of events that each begin with a block that can only be at the top level."""
    root_only = keepalived_table().root_only
    starts = []
    depth = 0
    header = 0
    for index, event in enumerate(events):
        if event.kind == "{":
            depth += 1
        elif event.kind == "}":
            depth = max(0, depth - 1)
        else:
            assert event.line is not None
            keyword = event.line.keyword
            opens = index + 1 < len(events) and events[index + 1].kind == "{"
            at_top = depth == 0 and opens and keyword == "track_file"
            lone = depth == 0 or 0 <= event.column <= header
            if at_top or (keyword in root_only and (opens or lone)):
                starts.append(index)
                depth, header = 0, max(event.column, 0)
    bounds = [0, *(start for start in starts if start), len(events)]
    return [(start, end) for start, end in pairwise(bounds) if start < end]
