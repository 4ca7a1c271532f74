"""Text that remembers where in the file it came from, while it is unescaped, substituted and cut up."""

from __future__ import annotations

from bisect import bisect_right

from parsers.grammar.keepalived import WORD
from parsers.source import Source, Span
from parsers.tree import Word

# Stands in a Stretch for something that only the daemon or a template engine can know. It cannot be
# in the text itself: a line ends at a NUL.
UNKNOWN = "\0"


class Stretch:
    """Part of a logical line.

    A literal stretch starts at `base` and maps character by character. Otherwise `pieces` holds, in
    order, (offset in text, start in file, end in file or -1): -1 marks a literal piece, any other piece
    stands as a whole for the characters from start to end (a reference to a definition). `shift` is the
    place of the first character of `text` in the pieces' numbering.
    """

    __slots__ = ("base", "condition", "pieces", "shift", "source", "text")

    def __init__(
        self,
        source: Source,
        text: str,
        base: int,
        pieces: list[tuple[int, int, int]] | None = None,
        shift: int = 0,
        condition: str | None = None,
    ) -> None:
        self.source = source
        self.text = text
        self.base = base
        self.pieces = pieces
        self.shift = shift
        self.condition = condition

    def cut(self, start: int, end: int | None = None) -> Stretch:
        """The part from `start` up to `end`."""
        text = self.text[start:end]
        return Stretch(self.source, text, self.base + start, self.pieces, self.shift + start, self.condition)

    def under(self, condition: str) -> Stretch:
        """The same text under one more condition."""
        both = f"{self.condition} {condition}" if self.condition else condition
        return Stretch(self.source, self.text, self.base, self.pieces, self.shift, both)

    def _piece(self, index: int) -> tuple[int, int, int]:
        assert self.pieces is not None
        at = bisect_right(self.pieces, (index, 1 << 62, 0)) - 1
        return self.pieces[at]

    def start_of(self, index: int) -> int:
        """Offset in the file where the character at `index` starts."""
        if self.pieces is None:
            return self.base + index
        index += self.shift
        at, start, end = self._piece(index)
        return start + index - at if end < 0 else start

    def end_of(self, index: int) -> int:
        """Offset in the file after the character before `index`."""
        if self.pieces is None:
            return self.base + index
        index += self.shift - 1
        at, start, end = self._piece(index)
        return start + index - at + 1 if end < 0 else end

    def span(self, start: int, end: int) -> Span:
        """Where the characters from `start` up to `end` are in the file."""
        return Span(self.source, self.start_of(start), self.end_of(end) if end > start else self.start_of(start))

    def whole(self) -> Span:
        """Where the text is in the file."""
        return self.span(0, len(self.text))

    def trimmed(self) -> Stretch:
        """Without the spaces and tabs around it."""
        left = len(self.text) - len(self.text.lstrip(" \t"))
        right = len(self.text.rstrip(" \t\r"))
        return self.cut(left, right) if left or right < len(self.text) else self

    def shown(self, start: int, end: int) -> str:
        """The text with what is unknown shown as it is in the file."""
        part = self.text[start:end]
        if UNKNOWN not in part:
            return part
        pieces = []
        for index, char in enumerate(part, start):
            if char == UNKNOWN:
                pieces.append(self.source.text[self.start_of(index) : self.end_of(index + 1)])
            else:
                pieces.append(char)
        return "".join(pieces)

    def words(self) -> list[Word]:
        """The words as keepalived splits them; an unclosed quote is one last, dynamic word."""
        found: list[Word] = []
        literal = self.pieces is None
        for match in WORD.finditer(self.text):
            start, end = match.span()
            kind = match.lastgroup
            inner = (start, end)
            if kind is not None:
                inner = match.span("quoted") if kind == "quoted" else (start + 1, end)
            value = self.text[inner[0] : inner[1]]
            dynamic = kind == "unclosed"
            if literal:
                where = (self.base + start, self.base + end)
                quoted = kind is not None
            else:
                where = (self.start_of(start), self.end_of(end))
                quoted = kind is not None or where[1] - where[0] != end - start
                if UNKNOWN in value:
                    value = self.shown(*inner)
                    dynamic = True
            found.append(Word(self.source, *where, value, dynamic, quoted))
        return found


class Builder:
    """Puts a stretch together from literal and substituted parts of another one."""

    __slots__ = ("_length", "_of", "_pieces", "_texts")

    def __init__(self, of: Stretch) -> None:
        self._of = of
        self._texts: list[str] = []
        self._pieces: list[tuple[int, int, int]] = []
        self._length = 0

    def keep(self, start: int, end: int) -> None:
        """Keep the characters from `start` up to `end`, with their places."""
        if start >= end:
            return
        of = self._of
        if of.pieces is None:
            self._pieces.append((self._length, of.base + start, -1))
        else:
            first, last = start + of.shift, end + of.shift
            index = bisect_right(of.pieces, (first, 1 << 62, 0)) - 1
            while index < len(of.pieces) and of.pieces[index][0] < last:
                at, where, stop = of.pieces[index]
                begin = max(at, first)
                place = where + begin - at if stop < 0 else where
                self._pieces.append((self._length + begin - first, place, stop))
                index += 1
        self._texts.append(of.text[start:end])
        self._length += end - start

    def put(self, text: str, start: int, end: int) -> None:
        """Add `text` in place of the characters from `start` up to `end`."""
        if text:
            self._pieces.append((self._length, self._of.start_of(start), self._of.end_of(end)))
            self._texts.append(text)
            self._length += len(text)

    def done(self) -> Stretch:
        """The stretch that was put together."""
        of = self._of
        return Stretch(of.source, "".join(self._texts), of.base, self._pieces, 0, of.condition)
