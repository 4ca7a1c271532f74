"""Which lines are inside which braces.

`Blocks` takes lines, `{` and `}` in file order and builds the tree, on the assumption that the braces are right.
It never drops anything, so that a file whose braces turn out to be wrong can be read again from what
it built (see `parsers.keepalived.braces.recovery`).
"""

from __future__ import annotations

from parsers.keepalived.tree import KeepalivedLine
from parsers.keywords.keepalived import ROOT, KeywordTable, keepalived_table
from parsers.source import Source, Span
from parsers.tree import Directive


class Brace(KeepalivedLine):
    """A `{` without a line before it (then it has children) or a `}` that closes nothing."""

    __slots__ = ()


class Blocks:
    """The tree while it grows.

    `lines` is the list that takes the next line, `block` the directive it belongs to, `path` that block's table path
    (None inside a block that no table knows). `doubtful` becomes true when the braces cannot all be right.
    `waiting` is a line that must be followed by `{`.
    """

    __slots__ = ("_paths", "_table", "block", "doubtful", "lines", "path", "roots", "waiting")

    def __init__(self) -> None:
        self._table = keepalived_table()
        self._paths: list[str | None] = []
        self.roots: list[Directive] = []
        self.lines = self.roots
        self.block: Directive | None = None
        self.path: str | None = ROOT
        self.doubtful = False
        self.waiting: KeepalivedLine | None = None

    def line(self, line: KeepalivedLine) -> None:
        """Add a line; it may turn out to be the head of a block."""
        if self.waiting is not None:
            self.doubtful = True
            self.waiting = None
        line.parent = self.block
        self.lines.append(line)
        if self.path is not None and (self.path, line.keyword) in self._table.child_paths:
            self.waiting = line

    def open(self, source: Source, offset: int) -> None:
        """A `{`: the line before it becomes a block."""
        self.waiting = None
        head = self.lines[-1] if self.lines else None
        if not isinstance(head, KeepalivedLine) or head.children is not None or isinstance(head, Brace):
            head = Brace(source, offset, offset + 1, self.block, "")
            head.words = ()
            self.lines.append(head)
            self.doubtful = True
        self.enter(head, source, offset)

    def enter(self, head: KeepalivedLine, source: Source, offset: int) -> None:
        """Make `head`, the last line, a block whose `{` is at `offset`."""
        keyword = head.keyword
        path = self.path
        self._paths.append(path)
        if path is not None:
            path = self._table.child_paths.get((path, keyword))
            if path is None and not self.doubtful:
                self.doubtful = misplaced(self._table, self._paths[-1] or ROOT, keyword)
        elif keyword in self._table.root_only:
            self.doubtful = True
        self.path = path
        head.opened = Span(source, offset, offset + 1)
        self.block = head
        self.lines = head.children = []

    def close(self, source: Source, offset: int) -> None:
        """A `}`."""
        if self.waiting is not None:
            self.waiting = None
            self.doubtful = True
        block = self.block
        if block is None:
            self.lines.append(Brace(source, offset, offset + 1, None, "}"))
            self.doubtful = True
            return
        block.close = Span(source, offset, offset + 1)
        self.path = self._paths.pop()
        self.block = block.parent
        self.lines = self.roots if self.block is None else children_of(self.block)

    def end(self) -> None:
        """The file ends here."""
        if self.block is not None or self.waiting is not None:
            self.doubtful = True


def children_of(block: Directive) -> list[Directive]:
    """The list of a block's lines."""
    assert block.children is not None
    return block.children


def misplaced(table: KeywordTable, path: str, keyword: str) -> bool:
    """Whether `keyword` followed by `{` cannot be right in the block at `path`: a block of the top level,
    a keyword that takes no block, an entry of a value block.
    """
    if keyword in table.root_only or not table.knows(path):
        return True
    return table.complete(path) and keyword in table.keywords(path)
