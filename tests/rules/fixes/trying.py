"""The fixes of one rule on its own examples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from rules import lint
from rules.engine.examples import Case, cases_of
from rules.engine.finding import Report
from rules.engine.registry import Rule, all_rules
from rules.fixes.applying import Fixed, fix_all
from tests.rules.examples import options_of


@cache
def fixable(part: int = 0, parts: int = 1) -> list[tuple[str, tuple[Rule, Case]]]:
    """The bad examples for which their rule has a fix, by what they are called; of every so many rules one."""
    return [
        (f"{rule.code}, {case.title}", (rule, case))
        for rule in all_rules()[part::parts]
        for case in cases_of(rule.examples)
        if case.bad and _is_fixable(rule, case)
    ]


def _is_fixable(rule: Rule, case: Case) -> bool:
    return any(f.code == rule.code and f.fix is not None for f in lint(case.files, options_of(case)).findings)


def fixed(rule: Rule, case: Case) -> Fixed:
    """The example after all fixes of its rule alone, the unsafe ones too."""
    options = options_of(case)

    def judge(texts: Mapping[str, str]) -> Report:
        report = lint(texts, options)
        for finding in report.findings:
            if finding.code != rule.code:
                finding.fixes = ()
        return report

    return fix_all(dict(case.files), judge, unsafe=True)
