"""The fixes of all rules, on their own examples: the finding goes, no other comes, and the daemons take the file."""

from __future__ import annotations

from collections import Counter

import pytest

from rules import lint
from rules.engine.examples import Case
from rules.engine.registry import Rule, Scope
from tests.conftest import Figure
from tests.rules.examples import options_of
from tests.rules.fixes.trying import fixable, fixed
from tests.rules.helps.trying import serious
from tests.tables import each

pytestmark = pytest.mark.slow

WANTED = 133
"""How many rules have a fix for one of their bad examples, at least."""


def test_the_finding_goes_and_no_other_comes() -> None:
    each(fixable(), _the_finding_goes)


def _the_finding_goes(example: tuple[Rule, Case]) -> None:
    rule, case = example
    before = lint(case.files, options_of(case))
    found = fixed(rule, case)
    assert not found.left, found.left
    assert [f.message for f in found.report.findings if f.code == rule.code and f.fix is not None] == []
    assert serious(found.report) <= serious(before)
    assert found.done
    assert {f.message for f in found.done}.isdisjoint(f.message for f in found.report.findings)


def test_comments_and_other_lines_stay() -> None:
    each(fixable(), _comments_stay)


def _comments_stay(example: tuple[Rule, Case]) -> None:
    rule, case = example
    if rule.scope is Scope.LINT:
        return  # its fixes are about comments
    found = fixed(rule, case)
    for path, text in found.texts.items():
        before, after = (
            Counter(word for line in t.split("\n") for word in _comment(line)) for t in (case.files[path], text)
        )
        assert before == after, path


def _comment(line: str) -> list[str]:
    words = line.strip()
    return [words] if words[:1] in ("#", "!") else []


def test_many_rules_have_one(figure: Figure) -> None:
    rules = {example[0].code for _, example in fixable()}
    figure(f"{len(rules)} rules can fix a bad example of theirs")
    assert len(rules) >= WANTED


@pytest.mark.parametrize("safe", [True, False])
def test_a_title_tells_what_is_done(safe: bool) -> None:
    for label, (rule, case) in fixable():
        for finding in lint(case.files, options_of(case)).findings:
            fix = finding.fix if finding.code == rule.code else None
            if fix is not None and fix.safe is safe:
                assert fix.title[:1].islower() or fix.title[:1] in "'0123456789", label
                assert not fix.title.endswith("."), label
