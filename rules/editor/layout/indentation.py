"""Formatting: only the blanks that lines begin with are changed, and only where the file then means the same.

A line that begins within a word in quotes, in a definition of several lines, or in what was not understood stays as it
is. So does a whole file with a template's markers, or with braces that do not match.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.edits import Edit, apply_edits
from parsers.haproxy import parse_haproxy
from parsers.keepalived import parse_keepalived

if TYPE_CHECKING:
    from parsers.source import Source
    from parsers.tree import Directive
    from rules.editor.views import FileView

_BRACES = "brace"
_BLANKS = " \t"


class LayoutError(Exception):
    """A file that is not formatted, and why."""


def indented(view: FileView, unit: str) -> list[Edit]:
    """The changes that indent each line by its depth, `unit` for each level; raises LayoutError."""
    source = view.source
    if "{{" in source.text or "{%" in source.text:
        raise LayoutError("the file has a template's markers; format what is rendered from it")
    if view.keepalived is not None:
        broken = next((p for p in view.keepalived.problems if _BRACES in p.kind or "quote" in p.kind), None)
        if broken is not None:
            raise LayoutError(f"line {broken.span.line}: {broken.message}; mend that first")
        depths = dict(_of_blocks(view))
    else:
        depths = dict(_of_sections(view))
    edits = list(_edits(source, _with_comments(source, depths, view), unit))
    if _meaning(view, apply_edits(source, edits)) != _meaning(view, source.text):
        raise LayoutError("other blanks at the start of lines would change what the file means")
    return edits


def _of_sections(view: FileView) -> Iterator[tuple[int, int]]:
    """Line -> depth for the statements of haproxy.cfg."""
    assert view.haproxy is not None
    for section in view.haproxy.sections:
        yield section.header.span.line, 0
        for line in section.directives:
            yield line.span.line, 1


def _of_blocks(view: FileView) -> Iterator[tuple[int, int]]:
    """Line -> depth for the statements and braces of keepalived.conf that begin their lines."""
    source = view.source
    depth_of: dict[int, int] = {}
    for directive in view.directives():
        parent = directive.parent
        depth = depth_of[id(directive)] = depth_of.get(id(parent), -1) + 1 if parent is not None else 0
        yield from _if_first(source, directive.span.start, depth)
        if directive.opened is not None and directive.opened.source is source:
            yield from _if_first(source, directive.opened.start, depth)
        if directive.close is not None and directive.close.source is source:
            yield from _if_first(source, directive.close.start, depth)


def _if_first(source: Source, offset: int, depth: int) -> Iterator[tuple[int, int]]:
    line, column = source.position(offset)
    front = source.line(line)[: column - 1].strip(_BLANKS)
    if not front or (front.startswith("@") and len(front.split()) == 1):
        yield line, depth


def _with_comments(source: Source, depths: dict[int, int], view: FileView) -> dict[int, int]:
    """Also for comments: as deep as the statement that follows them, or as before at the end of a block."""
    marks = ("#",) if view.haproxy is not None else ("#", "!")
    covered = set(_covered(view))
    found = dict(depths)
    following: int | None = None
    blank = False
    for number in range(source.line_count, 0, -1):
        if number in depths:
            closes = source.line(number).lstrip(_BLANKS).startswith("}")
            following, blank = depths[number] + closes, False
            continue
        words = source.line(number).strip(_BLANKS)
        if not words:
            blank = True
        elif number in covered or not words.startswith(marks):
            following = None
        elif following is not None and not (blank and following == 0):
            found[number] = following
    return found


def _covered(view: FileView) -> Iterator[int]:
    """The lines that statements go on in."""
    for directive in _statements(view):
        first = directive.span.line
        last = view.source.position(max(directive.span.end - 1, 0))[0]
        yield from range(first + 1, last + 1)


def _statements(view: FileView) -> Iterator[Directive]:
    if view.haproxy is not None:
        for section in view.haproxy.sections:
            yield from section.directives
    else:
        yield from view.directives()


def _edits(source: Source, depths: dict[int, int], unit: str) -> Iterator[Edit]:
    for number, depth in sorted(depths.items()):
        line = source.line(number)
        old = len(line) - len(line.lstrip(_BLANKS))
        if line.strip(_BLANKS) and line[:old] != unit * depth:
            start = source.line_start(number)
            yield Edit(source.span(start, start + old), unit * depth)


def _meaning(view: FileView, text: str) -> list[object]:
    """What a text says, whatever its blanks."""
    if view.haproxy is not None:
        document = parse_haproxy(text, view.path)
        lines = [(s.keyword, [w.value for w in s.header.words]) for s in document.sections]
        said = [[w.value for w in line.words] for s in document.sections for line in s.directives]
        return [*lines, *said]
    depth_of: dict[int, int] = {}
    found: list[object] = []
    for directive in parse_keepalived(text, view.path).walk():
        depth_of[id(directive)] = depth_of.get(id(directive.parent), -1) + 1
        found.append((depth_of[id(directive)], directive.condition, [word.value for word in directive.words]))
    return found
