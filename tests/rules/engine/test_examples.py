"""Every rule ships a bad and a good example, reports the first where it says, and leaves the second alone."""

from __future__ import annotations

import re

import pytest

from rules import lint
from rules.engine.examples import Case, cases_of
from rules.engine.finding import Severity
from rules.engine.registry import Rule, all_rules
from tests.rules.examples import options_of
from tests.tables import each

RULES = all_rules()


def test_every_rule_is_documented_and_has_both_examples() -> None:
    each(((rule.code, rule) for rule in RULES), is_documented_and_has_both_examples)


def is_documented_and_has_both_examples(rule: Rule) -> None:
    text = rule.documentation
    for part in ("Why it hurts:", "How to fix:", "Silent when:"):
        assert re.search(rf"^{part}", text, re.MULTILINE), f"{rule.code}: the docstring has no '{part}'"
    cases = cases_of(rule.examples)
    assert any(case.bad for case in cases), f"{rule.code} ships no bad example"
    assert any(not case.bad for case in cases), f"{rule.code} ships no good example"
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    # Two daemons may share a name (`invalid-value`); then one module says whose it is.
    assert rule.examples in (rule.name, f"{rule.scope.value}-{rule.name}"), "module and rule have other names"


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_the_examples_of(rule: Rule) -> None:
    """The bad ones are reported where they say, with a value and what to do about it; the good ones are not."""
    cases = cases_of(rule.examples)
    each(((f"{'bad' if case.bad else 'good'}: {case.title}", (rule, case)) for case in cases), check_example)


def check_example(example: tuple[Rule, Case]) -> None:
    rule, case = example
    report = lint(case.files, options_of(case))
    assert not report.crashes
    own = [finding for finding in report.findings if finding.code == rule.code]
    if not case.bad:
        assert own == []
        # What is shown as right must be right in every other respect too.
        assert [finding for finding in report.findings if finding.severity is Severity.ERROR] == []
        return
    assert own, "the bad example is not reported"
    if case.expected:
        places = sorted((finding.location.file, finding.location.line) for finding in own)
        assert places == sorted(case.expected)
    for finding in own:
        assert finding.message
        assert not finding.message.endswith(".")
        assert finding.help
        assert "\n" not in finding.message


def test_codes_and_names_are_unique() -> None:
    assert len({(rule.scope, rule.name) for rule in RULES}) == len(RULES)
    assert len({rule.examples for rule in RULES}) == len(RULES)
    odd = [rule.code for rule in RULES if not re.fullmatch(r"(PA|KA|HA|XN|K8|DN|HO|NT|HL)\d{3}", rule.code)]
    assert odd == []
