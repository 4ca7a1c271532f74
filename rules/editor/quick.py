"""Diagnostics of a large haproxy.cfg while it is typed in: the section at the cursor anew, the others as they were.

All of a file of 10,000 lines takes half a second. So the section that was changed is judged at once, with `global` and
`defaults`, as a file of which not everything is known: rules are silent then about what may stand elsewhere. What was
found before stays, moved by the lines that came or went, until the whole has been judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import attrs
from lsprotocol.types import Diagnostic, Position, Range

from parsers.haproxy import HaproxyDocument
from parsers.keywords.haproxy import section_keywords
from rules.editor.diagnostics import diagnostics_in
from rules.engine.finding import NodeFiles
from rules.engine.run import Run

if TYPE_CHECKING:
    from rules.editor.judged import JudgedFiles

LARGE = 60_000
"""Characters from which on a file is large: some 2,000 lines, which take 0.1 s."""
_SHARED = ("global", "defaults")
_OF_ONE_FILE = ("HA", "PA")


class TypedStretch(NamedTuple):
    """What was changed in a text: the new stretch, and the lines (from 0) of the old one and of the new one."""

    start: int
    end: int
    first_line: int
    old_last: int
    new_last: int


def typed(old: str, new: str) -> TypedStretch:
    """The stretch between the first and the last character that differ."""
    start = _alike(old, new)
    tail = _alike(old[start:][::-1], new[start:][::-1])
    first = new.count("\n", 0, start)
    old_last = first + old.count("\n", start, len(old) - tail)
    return TypedStretch(start, len(new) - tail, first, old_last, first + new.count("\n", start, len(new) - tail))


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike; large texts are compared in halves."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def diagnostics_at_once(
    scope: JudgedFiles, path: str, text: str, change: TypedStretch, before: list[Diagnostic], encoding: str
) -> list[Diagnostic]:
    """The diagnostics of a large file after a change, from those of before and the sections that were changed."""
    kept = list(_moved(before, change))
    known = {(d.code, d.range.start.line, d.range.start.character) for d in kept}
    chunks = _chunks(text, change)
    run = _run_on_part(scope, path, "".join(text[chunk.start : chunk.end] for chunk in chunks))
    for diagnostic in diagnostics_in(run.report(), path, encoding):
        if not str(diagnostic.code).startswith(_OF_ONE_FILE):
            continue
        line = diagnostic.range.start.line
        step = next((chunk.step for chunk in reversed(chunks) if chunk.first_line <= line), 0)
        at = _shifted(diagnostic.range, step)
        if (diagnostic.code, at.start.line, at.start.character) not in known:
            kept.append(attrs.evolve(diagnostic, range=at, related_information=None))
    return kept


def _run_on_part(scope: JudgedFiles, path: str, part: str) -> Run:
    node = NodeFiles(next(iter(scope.run_before.owners.get(path, ())), "node"), (path,), ())
    run = Run({path: part}, scope.options({})._replace(nodes=[node], cluster=None))
    for document in run.documents:
        if isinstance(document, HaproxyDocument):
            document.file.complete = False
    return run


class _Chunk(NamedTuple):
    """A stretch of the text that is judged: its first line in what is judged, and how many lines it stands further."""

    start: int
    end: int
    first_line: int
    step: int


def _chunks(text: str, change: TypedStretch) -> list[_Chunk]:
    """The sections that were changed, with `global` and `defaults`."""
    starts = [match.start() for match in _headers().finditer(text)]
    found = []
    line = 0
    for start, end in zip([0, *starts], [*starts, len(text)], strict=True):
        words = text[start : start + 40].split(None, 1)
        if (words and words[0] in _SHARED) or (start <= change.end and change.start <= end):
            found.append(_Chunk(start, end, line, text.count("\n", 0, start) - line))
            line += text.count("\n", start, end)
    return found


@cache
def _headers() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, section_keywords())))
    return re.compile(rf"^[ \t]*(?:{words})(?=[ \t\r\n]|\Z)", re.MULTILINE)


def _moved(before: list[Diagnostic], change: TypedStretch) -> Iterator[Diagnostic]:
    """Diagnostics of other lines, where these are now."""
    step = change.new_last - change.old_last
    for diagnostic in before:
        first, last = diagnostic.range.start.line, diagnostic.range.end.line
        if last < change.first_line:
            yield diagnostic
        elif first > change.old_last:
            yield attrs.evolve(diagnostic, range=_shifted(diagnostic.range, step))


def _shifted(at: Range, step: int) -> Range:
    start, end = at.start, at.end
    return Range(Position(start.line + step, start.character), Position(end.line + step, end.character))
