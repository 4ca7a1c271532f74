"""The whole finding of every bad example is as it was: `make renew` when it changes on purpose."""

from __future__ import annotations

from rules.engine.registry import Rule, all_rules
from tests.rules.snapshots import FOLDER, path_of, snapshot
from tests.tables import each

RULES = all_rules()


def reads_as_it_did(rule: Rule) -> None:
    assert snapshot(rule) == path_of(rule).read_text(encoding="utf-8")


def test_the_findings_read_as_they_did() -> None:
    each(((rule.code, rule) for rule in RULES), reads_as_it_did)


def test_no_snapshot_is_left_of_a_rule_that_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {path_of(rule).name for rule in RULES}
