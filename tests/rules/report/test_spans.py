"""Overlaps of places, against the definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from parsers.source import Source, Span
from rules.support.spans import Spans

_RANGE = st.tuples(st.integers(0, 30), st.integers(0, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(_RANGE, max_size=12), _RANGE)
def test_touch_is_overlap(ranges: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    source, other = Source("a", "x" * 40), Source("b", "x" * 40)
    spans = Spans(Span(source, *one) for one in ranges)
    covered = {at for start, end in ranges for at in range(start, max(end, start + 1))}
    wanted = set(range(asked[0], max(asked[1], asked[0] + 1)))
    assert spans.touch(Span(source, *asked)) == bool(covered & wanted)
    assert not spans.touch(Span(other, *asked))
