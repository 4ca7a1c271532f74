"""Changes to a text as data: which stretch becomes what; and how several of them are applied at once."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.records import NamedTuple
from parsers.source import Source, Span


class Edit(NamedTuple):
    """The stretch `span` becomes `text`; an empty stretch is a place to insert at, an empty text removes."""

    span: Span
    text: str


class OverlapError(ValueError):
    """Two edits change the same characters, so that no order of them is right."""

    def __init__(self, first: Edit, second: Edit) -> None:
        super().__init__(f"the edits of {_place(first.span)} and of {_place(second.span)} overlap")
        self.first = first
        self.second = second


def apply_edits(source: Source, edits: Sequence[Edit]) -> str:
    """The text of `source` with all edits applied; every other character stays.

    All spans count in the text as it is now, and the order of the edits does not matter, except that insertions at the
    same offset come out as they were given. An insertion at either end of a stretch that is changed is not an overlap.
    Raises OverlapError, and ValueError for a span of another source or outside the text.
    """
    text = source.text
    for edit in edits:
        _check(source, edit.span)
    pieces: list[str] = []
    last: Edit | None = None
    at = 0
    # An insertion sorts before the change of a stretch that starts there; equal keys keep their order.
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if last is not None and edit.span.start < at:
            raise OverlapError(last, edit)
        pieces += text[at : edit.span.start], edit.text
        at = edit.span.end
        last = edit
    pieces.append(text[at:])
    return "".join(pieces)


def _check(source: Source, span: Span) -> None:
    if span.source is not source:
        raise ValueError(f"an edit of {span.source.path} cannot be applied to another text, {source.path}")
    if not 0 <= span.start <= span.end <= len(source.text):
        length = len(source.text)
        raise ValueError(f"no characters {span.start} to {span.end} in {source.path}, which has {length}")


def _place(span: Span) -> str:
    """`haproxy.cfg:3:1-4:7`: from the first character to the one after the last."""
    (line, column), (end_line, end_column) = map(span.source.position, (span.start, span.end))
    return f"{span.source.path}:{line}:{column}-{end_line}:{end_column}"
