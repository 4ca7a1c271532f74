"""The fixes of one rule on its own examples."""

from __future__ import annotations

from collections.abc import Mapping

from rules import lint
from rules.engine.examples import Case
from rules.engine.finding import Report
from rules.engine.registry import Rule
from rules.fixes.applying import Fixed, fix_all
from tests.rules.examples import options_of


def fixable(rule: Rule, case: Case) -> bool:
    """Whether the rule has a fix for a finding of the example."""
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
