"""Asking fast whether a place overlaps any of many others."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.source import Source, Span


class Spans:
    """A set of places; an empty one counts as one character long."""

    __slots__ = ("_by_source",)

    def __init__(self, spans: Iterable[Span]) -> None:
        found: dict[Source, list[tuple[int, int]]] = {}
        for span in spans:
            found.setdefault(span.source, []).append((span.start, max(span.end, span.start + 1)))
        self._by_source: dict[Source, tuple[list[int], list[int]]] = {}
        for source, ranges in found.items():
            ranges.sort()
            # Of all places that start before some point, the one that reaches farthest tells.
            reach = list(accumulate((end for _, end in ranges), max))
            self._by_source[source] = ([start for start, _ in ranges], reach)

    def touch(self, span: Span) -> bool:
        """Whether any character of `span` belongs to one of the places."""
        ranges = self._by_source.get(span.source)
        if ranges is None:
            return False
        starts, reach = ranges
        before = bisect_left(starts, max(span.end, span.start + 1))
        return before > 0 and reach[before - 1] > span.start
