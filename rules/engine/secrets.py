"""Keeping passwords out of everything that is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from parsers.source import Source, Span

HIDDEN = "********"
_QUOTED = re.compile(r"'([^']+)'")


class Secrets:
    """The parts of the files that must not be shown. They are collected on first use."""

    __slots__ = ("_by_line", "_find")

    def __init__(self, find: Callable[[], Iterable[Span]] = tuple) -> None:
        self._find = find
        self._by_line: dict[tuple[str, int], list[Span]] | None = None

    def _on(self, path: str, number: int) -> list[Span]:
        lines = self._by_line
        if lines is None:
            lines = self._by_line = {}
            for span in self._find():
                last = span.source.position(max(span.start, span.end - 1))[0]
                for line in range(span.line, last + 1):
                    lines.setdefault((span.source.path, line), []).append(span)
        return lines.get((path, number), [])

    def line(self, source: Source, number: int) -> str:
        """Line `number` of the source with each secret character as `*`, so that columns stay the same."""
        text = source.line(number)
        start = source.line_start(number)
        for span in self._on(source.path, number):
            left = max(span.start - start, 0)
            right = min(span.end - start, len(text))
            hidden = "".join(c if c in " \t" else "*" for c in text[left:right])
            text = text[:left] + hidden + text[right:]
        return text

    def message(self, text: str, places: Iterable[Span]) -> str:
        """`text` with every '...' that quotes from a secret on one of these places' lines hidden.

        A parser can mistake part of a password for a keyword (`auth_pass a{b}c`); rules that then quote the word need
        not know.
        """
        for place in places:
            for span in self._on(place.source.path, place.line):
                secret = span.text
                text = _QUOTED.sub(lambda m, s=secret: f"'{HIDDEN}'" if m[1] in s else m[0], text)  # type: ignore[misc]
        return text

    def near(self, places: Iterable[Span]) -> list[Span]:
        """The places that have a secret on their line, one of each line: those that `message` needs to know."""
        lines = {(place.source.path, place.line): place for place in places}
        return [place for (path, number), place in lines.items() if self._on(path, number)]
