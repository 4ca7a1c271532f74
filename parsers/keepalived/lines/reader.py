"""From the text of a file to lines and braces.

Most lines need nothing but to be found: they become a `KeepalivedLine` at once. The others go through comments, escapes
and the steps of `parsers.keepalived.lines.logical`. The matches of the line grammar tile the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.grammar.keepalived import LineAction, Tokens, read_lines
from parsers.keepalived.lines.state import State
from parsers.keepalived.text import UNKNOWN, Stretch
from parsers.keepalived.tree import KeepalivedLine
from parsers.keywords.keepalived import keepalived_table
from parsers.source import Source, Span

if TYPE_CHECKING:
    from parsers.keepalived.lines.logical import LogicalReader

_NOTHING: list[object] = []
_INCLUDES = frozenset({"include", *(f"include{letter}" for letter in "rmwba")})


class LineReader:
    """Reads one file into the tree that `state` holds."""

    __slots__ = ("_careful", "_condition", "_logical_reader", "_nul", "source", "state")

    def __init__(self, source: Source, state: State, condition: str | None = None) -> None:
        self.source = source
        self.state = state
        self._condition = condition
        self._nul = False
        self._logical_reader: LogicalReader | None = None
        # Whether even plain lines need all the steps: under a condition, or within a multi-line definition.
        self._careful = condition is not None

    def _logical(self) -> LogicalReader:
        """What reads the lines that are not plain; many files have none."""
        if self._logical_reader is None:
            from parsers.keepalived.lines.logical import LogicalReader

            self._logical_reader = LogicalReader(self.source, self.state)
        return self._logical_reader

    def read(self) -> None:
        """Reads the whole file."""
        starts: list[int] = []
        text = self.source.text
        read_lines(text, self._action(starts))
        if not starts or text.endswith("\n"):
            starts.append(len(text))
        self.source.set_starts(starts)

    def _action(self, starts: list[int]) -> LineAction:
        """What to do with each physical line; this is the one place where time counts."""
        source, blocks = self.source, self.state.blocks
        table = keepalived_table()
        names = {name: name for name in table.names if name not in table.block_names}
        heads = {name: name for name in table.block_names}
        special = table.block_names | _INCLUDES

        def action(_text: str, offset: int, tokens: Tokens) -> list[object]:
            match = tokens[0]
            starts.append(offset)
            kind = match.lastgroup
            end = match.end()
            if end - offset > 255:
                self._measure(offset, end)
            if kind == "other" or self._careful:
                self._other(offset, end)
            elif kind == "leaf":
                keyword = match["keyword"]
                name = names.get(keyword)
                if blocks.waiting is None and (name is not None or keyword not in special):
                    start, end = match.span("leaf")
                    blocks.lines.append(KeepalivedLine(source, start, end, blocks.block, name))
                elif keyword in _INCLUDES:
                    self._other(offset, end)
                else:
                    start, end = match.span("leaf")
                    blocks.line(KeepalivedLine(source, start, end, None, heads.get(keyword, name)))
            elif kind == "open":
                keyword = match["keyword"]
                if keyword in _INCLUDES or blocks.waiting is not None:
                    self._other(offset, end)
                else:
                    start, end = match.span("leaf")
                    line = KeepalivedLine(source, start, end, blocks.block, heads.get(keyword))
                    blocks.lines.append(line)
                    blocks.enter(line, source, match.start("open"))
            elif kind == "close":
                blocks.close(source, match.start("close"))
            return _NOTHING

        return action

    def _measure(self, start: int, end: int) -> None:
        """Reports a line that does not fit keepalived's buffer."""
        text = self.source.text[start:end].rstrip("\r\n")
        data = text.encode("utf-8", "replace")
        if len(data) > 1023:
            at = start + len(data[:1023].decode("utf-8", "ignore"))
            self.state.problem(
                "line-too-long",
                Span(self.source, at, start + len(text)),
                f"the line has {len(data)} bytes, keepalived takes 1023: release 2.2.7 reads the rest as a "
                "line of its own, 2.4.0 and newer ignore the whole line",
                "shorten the line, or break it where a comment or a list allows it",
            )

    def _other(self, start: int, end: int) -> None:
        """A physical line that needs all the steps."""
        logical = self._logical()
        text = self.source.text[start:end].rstrip("\r\n")
        nul = text.find("\0")
        if nul >= 0:
            if not self._nul:
                self._nul = True
                self.state.problem(
                    "nul-character",
                    Span(self.source, start + nul, start + nul + 1),
                    "a NUL character ends the line here: keepalived does not read what follows it",
                    "remove the character (was the file saved as UTF-16?)",
                )
            text = text[:nul]
        if start == 0 and text.startswith("\ufeff"):
            self.state.problem(
                "byte-order-mark",
                Span(self.source, 0, 1),
                "the file starts with a byte order mark: keepalived reads it as part of the first keyword",
                "save the file as UTF-8 without a byte order mark",
            )
            start, text = 1, text[1:]
        if not text:
            logical.end_definition()
            self._careful = self._condition is not None
            return
        plain = Stretch(self.source, text, start, condition=self._condition)
        marked = logical.mark(plain)
        stretch = logical.decomment(marked)
        if not stretch.text:
            return
        if marked is not plain and UNKNOWN in stretch.text:
            self.state.document.template = True
        if logical.definition is not None:
            logical.continue_definition(stretch)
        else:
            logical.run(stretch, start)
        self._careful = self._condition is not None or logical.definition is not None
