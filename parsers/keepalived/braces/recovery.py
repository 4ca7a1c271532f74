"""Wrong braces: what the author meant, where the mistake is, and what keepalived makes of it.

The file is cut into segments that begin with a block of the top level. Within one, the number of missing or
surplus braces is known; each is placed where keywords and indentation say it belongs, and is one problem.
"""

from __future__ import annotations

from collections.abc import Sequence

from parsers.keepalived.braces.events import BraceEvent, events_of, segments
from parsers.keepalived.braces.messages import (
    extra_close,
    extra_open,
    missing_close,
    missing_open,
)
from parsers.keepalived.tree import KeepalivedDocument, KeepalivedLine
from parsers.keywords.keepalived import ROOT, keepalived_table
from parsers.tree import Directive, Problem

# How many enclosing blocks are looked at for each line; real files nest four deep.
_NEAR = 6
_MOST_PROBLEMS = 20


class _Open:
    """An open block: its head (None for a `{` that opens nothing), its table path and its indentation.

    `block` is the head, or that of the block around for a `{` that opens nothing.
    """

    __slots__ = ("block", "column", "head", "path")

    def __init__(
        self, head: KeepalivedLine | None, path: str | None, column: int, block: KeepalivedLine | None
    ) -> None:
        self.head = head
        self.path = path
        self.column = column
        self.block = block


class _Segment:
    """Puts one segment together."""

    def __init__(self, events: Sequence[BraceEvent], start: int, end: int, roots: list[Directive]) -> None:
        self._events = events
        self._end = end
        self._table = keepalived_table()
        self._stack: list[_Open] = []
        self._roots = roots
        self._skip: tuple[object, int] = (None, -1)
        self._at = start
        self._missing = self._surplus = self._phantoms = 0
        self.problems: list[Problem] = []
        self._count(start)

    def _count(self, start: int) -> None:
        """How many braces are missing or too many, all in all."""
        opens = extra = closes = 0
        table = self._table
        for index in range(start, self._end):
            event = self._events[index]
            before = self._events[index - 1] if index > start else None
            if event.kind == "}":
                closes += 1
            elif event.kind == "{":
                keyword = before.line.keyword if before is not None and before.line is not None else None
                if keyword is None or (keyword in table.names and keyword not in table.block_names):
                    extra += 1
                else:
                    opens += 1
            elif event.line is not None and event.line.keyword in table.block_names:
                following = self._next(index)
                opens += following is None or following.kind == "line"
        self._phantoms = min(extra, max(0, closes - opens))
        balance = opens + self._phantoms - closes
        self._missing, self._surplus = max(0, balance), max(0, -balance)

    def _next(self, index: int) -> BraceEvent | None:
        return self._events[index + 1] if index + 1 < self._end else None

    def run(self) -> None:
        """Reads all events of the segment."""
        while self._at < self._end:
            event = self._events[self._at]
            if event.kind == "line":
                self._line(event)
            elif event.kind == "{":
                self._open(event)
            else:
                self._close(event)
            self._at += 1
        following = self._events[self._end] if self._end < len(self._events) else None
        for block in self._stack:
            self._unclosed(block, following, at_end=True)

    # What is valid where.

    @property
    def _path(self) -> str | None:
        return self._stack[-1].path if self._stack else ROOT

    @property
    def _block(self) -> KeepalivedLine | None:
        return self._stack[-1].block if self._stack else None

    def _room(self) -> bool:
        """Whether one more problem helps: a segment with dozens of them is not a configuration."""
        return len(self.problems) < _MOST_PROBLEMS

    def _path_below(self, depth: int) -> str | None:
        """The path of the block at `depth`, 0 being the top level."""
        return self._stack[depth - 1].path if depth else ROOT

    def _valid(self, path: str | None, keyword: str) -> bool:
        """Whether the table has `keyword` in the block at `path`."""
        return path is not None and self._table.keyword(path, keyword) is not None

    def _fits(self, path: str | None, keyword: str) -> bool:
        """Whether a line can be meant for the block at `path`: a keyword of it, an entry of a value block."""
        if path is None or self._table.knows(path):
            return self._valid(path, keyword)
        return keyword not in self._table.names

    # Events.

    def _add(self, line: KeepalivedLine) -> None:
        parent = self._block
        line.parent = parent
        if parent is None:
            self._roots.append(line)
        elif parent.children is not None:
            parent.children.append(line)

    def _line(self, event: BraceEvent) -> None:
        line = event.line
        assert line is not None
        if self._skip[0] is event.source and event.offset < self._skip[1]:
            return
        following = self._next(self._at)
        opened = following is not None and following.kind == "{"
        if self._missing and self._stack:
            self._close_before(event, opened)
        self._add(line)
        path = self._path
        if opened or path is None or (path, line.keyword) not in self._table.child_paths:
            return
        child = self._table.child_paths[path, line.keyword]
        belongs = (
            following is not None
            and following.line is not None
            and self._fits(child, following.line.keyword)
            # A keyword of both blocks: its indentation tells, or that the '}' for a block is there.
            and not (self._missing and self._valid(path, following.line.keyword) and following.column <= event.column)
        )
        if self._room():
            self.problems.append(missing_open(line, belongs))
        if belongs:
            line.children = []
            self._stack.append(_Open(line, child, event.column, line))
        elif following is None or following.kind == "line":
            if self._missing:
                self._missing -= 1
            else:
                self._surplus += 1

    def _close_before(self, event: BraceEvent, opened: bool) -> None:
        """Closes blocks that a line cannot belong to, when it belongs to one around them."""
        assert event.line is not None
        keyword = event.line.keyword
        depth = len(self._stack)
        for around in range(depth - 1, max(-1, depth - 1 - _NEAR), -1):
            inner = self._stack[around]
            if inner.path is not None and self._fits(inner.path, keyword):
                return
            dedented = event.column < 0 or inner.column < 0 or event.column <= inner.column
            if not dedented and not (opened and inner.path is not None):
                return
            if depth - around > self._missing:
                return
            if self._valid(self._path_below(around), keyword):
                while len(self._stack) > around:
                    self._unclosed(self._stack.pop(), event)
                return

    def _open(self, event: BraceEvent) -> None:
        before = self._events[self._at - 1] if self._at else None
        head = before.line if before is not None else None
        if self._skip[0] is event.source and event.offset < self._skip[1]:
            head = None
        path = self._path
        if head is not None and head.children is None and not self._takes_none(path, head.keyword):
            child = None if path is None else self._table.child_paths.get((path, head.keyword))
            head.children = []
            head.opened = event.span
            column = before.column if before is not None else -1
            self._stack.append(_Open(head, child, column, head))
            return
        if self._skip[0] is not event.source or event.offset >= self._skip[1]:
            same_line = head is not None and before is not None and event.offset < before.line_end()
            split = same_line and not self._ends_line(event)
            if self._room():
                self.problems.append(extra_open(event, head, self._block, split))
            if split:
                self._skip = (event.source, event.line_end())
        if self._phantoms:
            self._phantoms -= 1
            self._stack.append(_Open(None, path, -1, self._block))

    def _takes_none(self, path: str | None, keyword: str) -> bool:
        """Whether a line cannot open a block: a plain keyword of a block that is fully known, or an entry."""
        if path is None or (path, keyword) in self._table.child_paths:
            return False
        if not self._table.knows(path):
            return True
        return self._table.complete(path) and self._valid(path, keyword)

    @staticmethod
    def _ends_line(event: BraceEvent) -> bool:
        rest = event.source.text[event.offset + 1 : event.line_end()].lstrip(" \t\r")
        return not rest or rest[0] in "#!"

    def _close(self, event: BraceEvent) -> None:
        if not self._stack:
            self._surplus -= self._surplus > 0
            if self._room():
                self.problems.append(extra_close(event, None, None))
            return
        top = self._stack[-1]
        if self._missing and event.column >= 0 and top.column > event.column:
            self._close_deeper(event)
            top = self._stack[-1]
        following = self._next(self._at)
        if top.head is not None and self._surplus and self._too_early(event, top, following):
            self._surplus -= 1
            if self._room():
                self.problems.append(extra_close(event, top.head, following))
            return
        self._stack.pop()
        if top.head is not None:
            top.head.close = event.span

    def _close_deeper(self, event: BraceEvent) -> None:
        """A `}` indented like the head of a block further out: the ones inside lack theirs."""
        depth = len(self._stack)
        for around in range(depth - 2, max(-1, depth - 2 - _NEAR), -1):
            if depth - 1 - around > self._missing:
                return
            if self._stack[around].column == event.column:
                while len(self._stack) > around + 1:
                    self._unclosed(self._stack.pop(), event)
                return

    def _too_early(self, event: BraceEvent, top: _Open, following: BraceEvent | None) -> bool:
        """Whether a `}` is the surplus one: lines of the block it closes continue after it."""
        if following is None or following.line is None:
            return False
        keyword = following.line.keyword
        if event.column < 0 and following.column < 0 and following.source is event.source:
            before = self._events[self._at - 1]
            if before.line is not None and following.offset < event.line_end():
                self._skip = (event.source, event.line_end())
                return True
        around = self._stack[-2].path if len(self._stack) > 1 else ROOT
        return top.path is not None and self._fits(top.path, keyword) and not self._valid(around, keyword)

    def _unclosed(self, block: _Open, event: BraceEvent | None, at_end: bool = False) -> None:
        """A block without its `}`; `event` is what comes where it should have been."""
        self._missing -= self._missing > 0
        if block.head is not None and self._room():
            self.problems.append(missing_close(block.head, event, at_end))


def recover(document: KeepalivedDocument) -> list[Problem]:
    """Builds the document's tree again as it was meant, and says what is wrong with the braces."""
    events = events_of(document.children)
    roots: list[Directive] = []
    problems: list[Problem] = []
    for start, end in segments(events):
        segment = _Segment(events, start, end, roots)
        segment.run()
        problems.extend(segment.problems)
    document.children = roots
    return problems
