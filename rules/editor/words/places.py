"""Where a word leads: the definition of a name, an included file, the file of a script."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from rules.editor.names.index import names_of
from rules.files.includes import in_copy

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.editor.views import FileView

_PATH = re.compile(r"/[^\s\"'{}]+")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


class WordTarget(NamedTuple):
    """A place that a word leads to: a span of a file that was read, or (`span` None) the start of another file."""

    path: str
    span: Span | None = None


def targets(view: FileView, offset: int) -> list[WordTarget]:
    """Where the word at an offset is defined, or the file that it names; empty if that is not known."""
    name = names_of(view.run).at(view.path, offset)
    if name is not None:
        found = names_of(view.run).definitions(name.key, view.path)
        return [WordTarget(place.span.source.path, place.span) for place in found]
    return _variables(view, offset) or _included(view, offset) or _file(view, offset)


def _variables(view: FileView, offset: int) -> list[WordTarget]:
    """The definition of a `$NAME` of keepalived.conf."""
    if view.keepalived is None:
        return []
    line = view.source.position(offset)[0]
    start = view.source.line_start(line)
    for match in _VARIABLE.finditer(view.source.line(line)):
        if start + match.start() <= offset <= start + match.end():
            return [WordTarget(s.source.path, s) for name, s in view.keepalived.definitions if name == match[1]]
    return []


def _included(view: FileView, offset: int) -> list[WordTarget]:
    for include in view.keepalived.includes if view.keepalived is not None else ():
        if include.span.source is view.source and include.span.start <= offset <= include.span.end:
            return [WordTarget(path) for path in include.paths]
    return []


def _file(view: FileView, offset: int) -> list[WordTarget]:
    """A file by its absolute path; in a copy of a machine's files, that of the copy if it is there."""
    line = view.source.position(offset)[0]
    start = view.source.line_start(line)
    for match in _PATH.finditer(view.source.line(line)):
        if start + match.start() <= offset <= start + match.end():
            copy = in_copy(match[0], os.path.dirname(view.path))
            path = next((path for path in dict.fromkeys((copy, match[0])) if os.path.isfile(path)), None)
            return [WordTarget(path)] if path is not None else []
    return []
