"""Any ladder: a rule speaks when the failover table has a set of failing checks that ends badly, XN001 only then."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.failover.table.verdicts import Verdict
from tests.examples import times
from tests.rules.failover.findings import SAYS_THE_CAUSE, found
from tests.rules.failover.fleets import checked, rows_of

pytestmark = pytest.mark.slow

PRIORITIES = st.sampled_from([1, 50, 90, 99, 100, 101, 110, 150, 200, 253, 254, 255])
WEIGHTS = st.sampled_from([-253, -60, -20, -2, 0, 2, 20, 60])


@st.composite
def ladders(draw: st.DrawFn) -> dict[str, str]:
    """Two to four nodes, mostly with one weight, some with nopreempt."""
    usual = draw(WEIGHTS)
    return {
        f"lb{n}": checked(
            draw(PRIORITIES), draw(st.just(usual) | WEIGHTS), *draw(st.sampled_from([(), (), (), ("nopreempt",)]))
        )
        for n in range(1, draw(st.integers(2, 4)) + 1)
    }


@settings(max_examples=times(60))
@given(ladders())
def test_rules_and_table_agree(nodes: dict[str, str]) -> None:
    bad = [
        row.event
        for row in rows_of(nodes).values()
        if row.events and all(event.kind == "haproxy" for event in row.events)
        if any(outcome.verdict is Verdict.FAILING_OWNER for outcome in row.outcomes)
    ]
    said = {finding.code for finding in found(nodes, *SAYS_THE_CAUSE)}
    assert said or not bad
    assert bad or "XN001" not in said
