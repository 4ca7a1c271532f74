"""The outline of a file, and what can be folded in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from lsprotocol.types import DocumentSymbol, FoldingRange, FoldingRangeKind, SymbolKind

from rules.editor.diagnostics import shown
from rules.editor.positions import TextPlaces, places_of

if TYPE_CHECKING:
    from parsers.haproxy import Section
    from parsers.source import Span
    from parsers.tree import Directive
    from rules.editor.views import FileView

_SECTIONS = {
    "global": SymbolKind.Module,
    "defaults": SymbolKind.Module,
    "frontend": SymbolKind.Interface,
    "listen": SymbolKind.Interface,
    "backend": SymbolKind.Class,
    "userlist": SymbolKind.Struct,
}
_LINES = {
    "server": SymbolKind.Field,
    "server-template": SymbolKind.Field,
    "bind": SymbolKind.Event,
    "acl": SymbolKind.Variable,
    "user": SymbolKind.Key,
    "group": SymbolKind.Key,
    "nameserver": SymbolKind.Field,
    "peer": SymbolKind.Field,
}
_BLOCKS = {
    "global_defs": SymbolKind.Module,
    "vrrp_instance": SymbolKind.Class,
    "vrrp_sync_group": SymbolKind.Namespace,
    "vrrp_script": SymbolKind.Function,
    "virtual_server": SymbolKind.Class,
}


def symbols(view: FileView, encoding: str) -> list[DocumentSymbol]:
    """The outline: sections with their servers, addresses and ACLs, or blocks within blocks. No secret is in it."""
    places = places_of(view.source, encoding)
    if view.haproxy is not None:
        sections = view.haproxy.sections
        ends = [*(section.header.start for section in sections[1:]), len(view.source.text)]
        return [_section(section, end, places) for section, end in zip(sections, ends, strict=False)]
    found = [
        d for d in view.directives() if d.is_block and (d.parent is None or d.parent.span.source is not view.source)
    ]
    return [_block(block, places) for block in found]


def _section(section: Section, end: int, places: TextPlaces) -> DocumentSymbol:
    start = section.header.span.start
    last = section.last_line().span.end if section.line_count else section.header.span.end
    children = []
    for line in section.directives:
        kind = _LINES.get(line.keyword)
        if kind is not None and line.args:
            words = line.args[0].value
            whole = _symbol(words, line.keyword, kind, line.span, line.args[0].span, places)
            children.append(whole)
    name = section.name.span if section.name is not None else section.keyword_span
    found = _symbol(name.text, section.keyword, _SECTIONS.get(section.keyword, SymbolKind.Struct), name, name, places)
    found.range = places.range(start, min(max(last, section.header.span.end), end))
    found.children = children
    return found


def _symbol(name: str, detail: str, kind: SymbolKind, whole: Span, name_at: Span, places: TextPlaces) -> DocumentSymbol:
    return DocumentSymbol(
        name=shown(name).strip() or detail,
        detail=detail if detail != name else None,
        kind=kind,
        range=places.range(whole.start, whole.end),
        selection_range=places.range(name_at.start, name_at.end),
    )


def _block(block: Directive, places: TextPlaces) -> DocumentSymbol:
    words = block.words
    named = words[1].span if len(words) > 1 else words[0].span if words else block.span
    name = " ".join(word.span.text for word in words[1:]) or block.keyword or "{ }"
    found = _symbol(name, block.keyword, _BLOCKS.get(block.keyword, SymbolKind.Struct), block.span, named, places)
    close = block.close
    end = close.end if close is not None and _is_here(close, block.span) else _last(block)
    found.range = places.range(block.span.start, max(end, block.span.end))
    found.children = [
        _block(child, places)
        for child in block.children or ()
        if child.is_block and child.span.source is block.span.source
    ]
    return found


def _is_here(close: Span | None, at: Span) -> bool:
    return close is not None and close.source is at.source and close.end >= at.end


def _last(block: Directive) -> int:
    ends = [child.span.end for child in block.walk() if child.span.source is block.span.source]
    return max(ends, default=block.span.end)


def folds(view: FileView) -> list[FoldingRange]:
    """What can be folded: sections, blocks, and comments of several lines; lines count from 0."""
    found = []
    source = view.source
    if view.haproxy is not None:
        for section in view.haproxy.sections:
            last = section.last_line().span if section.line_count else section.header.span
            found.append((section.header.span.line, source.position(max(last.end - 1, 0))[0]))
    for directive in view.directives():
        if directive.is_block and _is_here(directive.close, directive.span):
            assert directive.close is not None
            found.append((directive.span.line, directive.close.line))
    folded = [FoldingRange(first - 1, last - 1, kind=FoldingRangeKind.Region) for first, last in found if last > first]
    folded += [FoldingRange(a - 1, b - 1, kind=FoldingRangeKind.Comment) for a, b in _comments(view)]
    return sorted(folded, key=lambda fold: (fold.start_line, -fold.end_line))


def _comments(view: FileView) -> Iterator[tuple[int, int]]:
    """The first and the last line of comments that are two lines or more."""
    marks = ("#",) if view.haproxy is not None else ("#", "!")
    source = view.source
    numbers = [n for n in range(1, source.line_count + 1) if source.line(n).lstrip(" \t").startswith(marks)]
    first = None
    for number, following in pairwise([*numbers, -1]):
        first = first or number
        if following != number + 1:
            if number > first:
                yield first, number
            first = None
