"""keepalived.conf -> KeepalivedDocument.

`parse_keepalived` never raises on any text, keeps the text byte for byte, and leaves a tree that later
stages can work with even where braces, quotes or includes are wrong: each mistake is one `Problem`.
"""

from __future__ import annotations

import gc

from parsers.keepalived.include import Answer, IncludedFile, IncludeReader
from parsers.keepalived.lines.reader import LineReader
from parsers.keepalived.lines.state import State
from parsers.keepalived.tree import Include, KeepalivedDocument, daemon_view_lost
from parsers.source import Source

__all__ = [
    "Include",
    "IncludeReader",
    "IncludedFile",
    "KeepalivedDocument",
    "daemon_view_lost",
    "parse_keepalived",
]


def parse_keepalived(
    text: str,
    path: str = "keepalived.conf",
    *,
    config_id: str | None = None,
    include: IncludeReader | None = None,
) -> KeepalivedDocument:
    """Read the text of a keepalived.conf.

    `config_id` is the node's identifier for `@id` lines (keepalived's -i option, or the host name up to the
    first dot); without it the lines of all nodes are kept, each with its condition, and `document.as_node(name)` is
    what one of them reads.
    `include` finds the files of `include` lines; without it the document is only marked incomplete.
    """
    return _parse(Source(path, text), config_id, _Includes(include) if include else None)


class _Includes:
    """Asks a reader, and keeps what it answered for the documents of single nodes."""

    def __init__(self, reader: IncludeReader, known: dict[tuple[str, str, str], Answer] | None = None) -> None:
        self._reader = reader
        self._known = known or {}
        self._answers: dict[tuple[str, str, str], Answer] = {}

    def __call__(self, pattern: str, base: str, variant: str) -> Answer:
        question = (pattern, base, variant)
        answer = self._known.get(question)
        if answer is None:
            answer = self._reader(*question)
        self._answers[question] = answer
        return answer

    def again(self) -> _Includes:
        """A reader with the same answers without asking."""
        return _Includes(self._reader, self._answers)


def _parse(source: Source, config_id: str | None, include: _Includes | None) -> KeepalivedDocument:
    enabled = gc.isenabled()
    gc.disable()
    try:
        document = KeepalivedDocument(source, lambda name: _parse(source, name, include.again() if include else None))
        state = State(document, config_id, include, _read)
        state.open(source, None)
        state.blocks.end()
        _finish(document, state)
    finally:
        if enabled:
            gc.enable()
    return document


def _read(source: Source, state: State, condition: str | None) -> None:
    LineReader(source, state, condition).read()


def _finish(document: KeepalivedDocument, state: State) -> None:
    if state.defines:
        definitions = state.definitions
        document.definitions = [(definition.name, definition.span) for definition in definitions.all]
        document.undefined = definitions.undefined
        document.hidden += definitions.secret_spans()
    order = {id(source): index for index, source in enumerate(document.sources)}
    document.children = state.blocks.roots
    if document.template:
        document.complete = False
    if state.blocks.doubtful:
        from parsers.keepalived.braces.recovery import recover

        problems = recover(document)
        if not document.template:
            document.problems.extend(problems)
    document.problems.sort(key=lambda problem: (order[id(problem.span.source)], problem.span.start))
