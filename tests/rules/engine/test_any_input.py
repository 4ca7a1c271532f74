"""Whatever stands in the files of a fleet: every rule survives it, every format can show it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import lint
from rules.report import concise, full, github
from rules.report import json as json_format
from rules.report.style import Style
from tests.examples import times
from tests.rules.agreement.reading import read_pair
from tests.rules.engine.cases import CASES

pytestmark = pytest.mark.slow

FLEETS = [{path: text for path, text in read_pair(folder).items() if path != "expected.txt"} for folder in CASES]
WORDS = sorted({word for fleet in FLEETS for text in fleet.values() for word in text.split()})
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=8),
    st.sampled_from(["{", "}", '"', "\\", "#", "!", "$A", "${B}", "\n", "\0", "\r"]),
)


@st.composite
def damaged_fleets(draw: st.DrawFn) -> dict[str, str]:
    fleet = dict(draw(st.sampled_from(FLEETS)))
    for path in draw(st.lists(st.sampled_from(sorted(fleet)), min_size=1, max_size=4)):
        text = fleet[path]
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 40)))
        fleet[path] = text[:start] + draw(PIECES) + text[end:]
    return fleet


@settings(max_examples=times(150))
@given(damaged_fleets())
def test_no_rule_fails_and_every_format_renders(fleet: dict[str, str]) -> None:
    report = lint(fleet)
    assert report.crashes == ()
    assert [f.sort_key for f in report.findings] == sorted(f.sort_key for f in report.findings)
    for form in (full, concise, json_format, github):
        assert form.render(report, Style(color=True)) == form.render(lint(fleet), Style(color=True))


@settings(max_examples=times(30))
@given(st.permutations(sorted(FLEETS[0])), st.sampled_from(FLEETS))
def test_the_order_of_the_files_does_not_matter(order: list[str], fleet: dict[str, str]) -> None:
    shuffled = {path: fleet[path] for path in sorted(fleet, key=lambda path: order.index(path) if path in order else 0)}
    assert [repr(f) for f in lint(shuffled).findings] == [repr(f) for f in lint(fleet).findings]
