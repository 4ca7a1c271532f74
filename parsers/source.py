"""A text with a name, and how offsets in it become lines and columns."""

from __future__ import annotations

from bisect import bisect_right


def bytes_of(text: str) -> bytes:
    """The bytes that a text has in a file; never raises.

    A lone surrogate is the byte that `Source.from_bytes` made it of. Those that stand for no byte (`\\ud800`, which a
    program can have but no file) get the three bytes that UTF-8 would have for them.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b"".join(
            char.encode("utf-8", "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass")
            for char in text
        )


class Source:
    """One configuration file: its path (as the user gave it) and its text.

    Lines end at "\\n" only, as both daemons read them; lines and columns are
    1-based and count characters, a tab being one column.
    """

    __slots__ = ("_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        """The file's bytes as text, losslessly: bytes that are not UTF-8 become lone surrogates."""
        return cls(path, data.decode("utf-8", "surrogateescape"))

    def to_bytes(self) -> bytes:
        """The bytes that `from_bytes` was given."""
        return bytes_of(self.text)

    def _line_starts(self) -> list[int]:
        starts = self._starts
        if starts is None:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._starts = starts
        return starts

    def starts(self) -> list[int]:
        """Offsets where the lines start; the last one is the text's length if it ends in a newline."""
        return self._line_starts()

    def set_starts(self, starts: list[int]) -> None:
        """Take the line starts from a parser that has found them already."""
        self._starts = starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of the character at `offset`."""
        starts = self._line_starts()
        index = bisect_right(starts, offset) - 1
        return index + 1, offset - starts[index] + 1

    def line_start(self, number: int) -> int:
        """Offset of the first character of line `number` (from 1)."""
        return self._line_starts()[number - 1]

    def line(self, number: int) -> str:
        """Text of line `number` (from 1) without its line end; empty past the last line."""
        starts = self._line_starts()
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].removesuffix("\r")

    @property
    def line_count(self) -> int:
        """Number of lines; a file that ends in a newline does not count an empty one after it."""
        starts = self._line_starts()
        return len(starts) - 1 if len(starts) > 1 and starts[-1] == len(self.text) else len(starts)

    def span(self, start: int, end: int) -> Span:
        """The stretch of text from offset `start` up to, not including, `end`."""
        return Span(self, start, end)

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {len(self.text)} characters)"


class Span:
    """A stretch of one source, from offset `start` up to, not including, `end`."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def text(self) -> str:
        """The characters of the stretch, as they are in the file."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.position(self.start)[1]

    def to(self, other: Span) -> Span:
        """The stretch from the start of this one to the end of `other`."""
        return Span(self.source, self.start, other.end)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Span)
            and self.source is other.source
            and (self.start, self.end) == (other.start, other.end)
        )

    def __hash__(self) -> int:
        return hash((id(self.source), self.start, self.end))

    def __repr__(self) -> str:
        line, column = self.source.position(self.start)
        return f"Span({self.source.path}:{line}:{column} {self.text!r})"
