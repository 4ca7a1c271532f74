"""Asking fast whether a place overlaps any of many others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.source import Source, Span


class Spans:
    """A set of places; an empty one counts as one character long."""

    __slots__ = ("_by_source", "_spans")

    def __init__(self, spans: Iterable[Span] | Callable[[], Iterable[Span]]) -> None:
        """The places, or a function that finds them: it is called when somebody asks."""
        self._spans = spans
        self._by_source: dict[Source, tuple[list[int], list[int]]] | None = None

    def _made(self) -> dict[Source, tuple[list[int], list[int]]]:
        found: dict[Source, list[tuple[int, int]]] = {}
        for span in self._spans() if callable(self._spans) else self._spans:
            found.setdefault(span.source, []).append((span.start, max(span.end, span.start + 1)))
        made: dict[Source, tuple[list[int], list[int]]] = {}
        for source, ranges in found.items():
            ranges.sort()
            # Of all places that start before some point, the one that reaches farthest tells.
            reach = list(accumulate((end for _, end in ranges), max))
            made[source] = ([start for start, _ in ranges], reach)
        return made

    def touch(self, span: Span) -> bool:
        """Whether any character of `span` belongs to one of the places."""
        if self._by_source is None:
            self._by_source = self._made()
        ranges = self._by_source.get(span.source)
        if ranges is None:
            return False
        starts, reach = ranges
        before = bisect_left(starts, max(span.end, span.start + 1))
        return before > 0 and reach[before - 1] > span.start
