"""The whole finding of every bad example is as it was: `make renew` when it changes on purpose."""

from __future__ import annotations

import pytest

from rules.engine.registry import Rule, all_rules
from tests.rules.snapshots import FOLDER, path_of, snapshot

RULES = all_rules()


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_the_finding_reads_as_it_did(rule: Rule) -> None:
    assert snapshot(rule) == path_of(rule).read_text(encoding="utf-8")


def test_no_snapshot_is_left_of_a_rule_that_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {path_of(rule).name for rule in RULES}
