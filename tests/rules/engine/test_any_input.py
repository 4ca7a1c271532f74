"""Whatever stands in the files of a fleet: every rule survives it, every format can show it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Options, Report, lint
from rules.engine.examples import cases_of
from rules.engine.registry import all_rules
from rules.engine.run import Run
from rules.report import concise, full, github
from rules.report import json as json_format
from rules.report.style import Style
from tests.examples import times
from tests.rules.agreement.reading import read_pair
from tests.rules.engine.cases import CASES
from tests.rules.examples import NO_FILES, options_of

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


def everything(report: Report) -> list[object]:
    """The findings with all their words and places."""
    return [
        (
            f.code,
            f.severity,
            f.message,
            f.help,
            [(p.node, p.file, p.line, p.column, p.note) for p in (*f.places, *f.related)],
        )
        for f in report.findings
    ]


def in_order(fleet: dict[str, str], options: Options, random: Random | None = None) -> None:
    """Lint with the nodes in another order (at random, else the reverse): nothing changes."""
    nodes = Run(fleet, options).node_files
    if len(nodes) > 1:
        order = random.sample(nodes, len(nodes)) if random is not None else nodes[::-1]
        expected = everything(lint(fleet, options._replace(nodes=nodes)))
        assert everything(lint(fleet, options._replace(nodes=order))) == expected


@settings(max_examples=times(150))
@given(damaged_fleets(), st.randoms(use_true_random=False))
def test_the_order_of_the_nodes_does_not_matter(fleet: dict[str, str], random: Random) -> None:
    in_order(fleet, Options(), random)


def test_the_order_of_the_nodes_does_not_matter_in_any_example() -> None:
    for rule in all_rules():
        for case in cases_of(rule.examples):
            if case.bad:
                in_order({p: t for p, t in case.files.items() if p not in NO_FILES}, options_of(case))
