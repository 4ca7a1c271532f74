"""The secrets of a whole text, line by line; comments begin with the marks that its format has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from parsers.secrets.comments import comment_places
from parsers.secrets.hints import marked_lines
from parsers.secrets.lazy import lazy
from parsers.secrets.lines import Known, line_places
from parsers.secrets.names import NEXT, REST, meant, telling
from parsers.secrets.pieces import Place, pieces
from parsers.secrets.shapes import shapes

_LINE = lazy(r"[^\n]++")
_GLUED = lazy(r"\S+")
_TEMPLATE = ("{%", "{{", "<%", "${")


def text_places(text: str, known: Known, marks: str = "#", *, prose: bool = False) -> Iterator[Place]:
    """The secret stretches of the lines of a text, in no order; a line that ends in a backslash goes on in the next.

    `prose`: the lines are none of haproxy or keepalived.
    """
    marked = marked_lines(text)
    first = -1  # where the lines begin that go on
    for match in _LINE().finditer(text):
        start, end = match.span()
        line = match[0]
        if first < 0 and not marked(line) and not line.rstrip().endswith("\\"):
            continue
        comment = comment_start(line, marks)
        stop = end
        if comment >= 0:
            yield from comment_places(text, start + comment, end, known)
            # A mark in the middle of a word may be meant as a part of a password.
            glued = _GLUED().match(text, start + comment, end) if comment and line[comment - 1] not in " \t" else None
            stop = glued.end() if glued else start + comment
            if _wants_value(text, start, stop):
                stop = end
        yield from _statement(text, start, stop, known, prose)
        goes_on = comment < 0 and line.rstrip().endswith("\\")
        if first >= 0 and not goes_on:
            yield from _statement(text, first, stop, known, prose)
        first = (start if first < 0 else first) if goes_on else -1
    if first >= 0:
        yield from _statement(text, first, len(text), known, prose)


def _wants_value(text: str, start: int, end: int) -> bool:
    """Whether a statement ends in front of a secret, so that what looks like a comment may be one."""
    words = text[start:end].split()
    last = words[-1] if words else ""
    return meant(last) in NEXT or meant(last) in REST or last.endswith(":") or (len(words) > 1 and telling(last))


def _statement(text: str, start: int, end: int, known: Known, prose: bool) -> Iterator[Place]:
    """The secret stretches of a statement that stands at this place of a text."""
    words = pieces(text, start, end)
    if words:
        yield from line_places(words, known, prose=prose)
        if any(mark in text[start:end] for mark in _TEMPLATE):
            yield from ((start + at, start + stop) for at, stop in shapes(text[start:end], headers=False))


def comment_start(line: str, marks: str) -> int:
    """Where the comment of a line begins, -1 without one; a mark inside quotes is none."""
    quote, skip = "", False
    if not any(mark in line for mark in marks):
        return -1
    for at, char in enumerate(line):
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in marks and (at == 0 or line[at - 1] != "{"):
            return at
    return -1


def merged(places: Iterable[Place]) -> list[Place]:
    """The places in order, without overlaps."""
    found: list[Place] = []
    for start, end in sorted(places):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found
