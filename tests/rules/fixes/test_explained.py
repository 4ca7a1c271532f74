"""`--explain` shows what --fix makes of a rule's bad example, and whether that is safe."""

from __future__ import annotations

import pytest

from rules.command.on_demand.explain import explanation
from rules.command.on_demand.fix_shown import NONE, fix_lines
from rules.engine.registry import all_rules, find_rules
from rules.report.style import Style


@pytest.mark.parametrize(
    ("code", "head", "line"),
    [
        ("XN002", "Fix (unsafe: --fix --unsafe-fixes makes it", "+    virtual_router_id 33"),
        ("KA014", "Fix (safe: --fix makes it): ", "-        10.20.0.10"),
    ],
)
def test_the_fix_of_a_bad_example_is_a_diff_of_it(code: str, head: str, line: str) -> None:
    (rule,) = find_rules(code)
    text = explanation(rule, Style(width=100))
    bad, fix, good = text.index("Bad: "), text.index(head), text.index("Good: ")
    assert bad < fix < good
    assert f"    {line}\n" in text[fix:good]
    narrow = explanation(rule, Style(width=60))
    assert max(map(len, narrow.splitlines())) <= 60


def test_a_rule_without_a_fix_says_so() -> None:
    (rule,) = find_rules("DN001")
    assert list(fix_lines(rule)) == [NONE]


def test_most_rules_have_one_and_no_secret_is_in_it() -> None:
    shown = {rule.code: list(fix_lines(rule)) for rule in all_rules()}
    fixed = {code: lines for code, lines in shown.items() if lines != [NONE]}
    assert len(fixed) >= 60
    for code, lines in fixed.items():
        assert lines[2].startswith("--- a/"), code
        assert any(line[:1] in "+-" and line[:3] not in ("+++", "---") for line in lines[2:]), code
        assert not any("auth_pass" in line and "*" not in line for line in lines[2:] if "auth_pass " in line), code
