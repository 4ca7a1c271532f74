"""Typing what the helps say, and linting again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from rules import Options, lint
from rules.engine.examples import Case
from rules.engine.finding import Report, Severity
from rules.engine.registry import Rule
from tests.rules.helps.typist import Texts, typed

_ROUNDS = 8  # an example has a handful of findings of its rule


class ProseError(Exception):
    """The help can't be followed word for word."""


def report_on(files: Mapping[str, str], options: Options) -> Report:
    report = lint(files, options)
    assert not report.crashes
    return report


def corrected(rule: Rule, case: Case, options: Options) -> Texts:
    """The example's files after its helps were followed, by its `type` lines or else by their words."""
    if case.typed:
        return case.corrected()
    files = dict(case.files)
    for _ in range(_ROUNDS):
        own = [finding for finding in report_on(files, options).findings if finding.code == rule.code]
        if not own:
            break
        after = typed(own[0], files)
        if after is None:
            raise ProseError(own[0].help)
        files = after
    return files


def all_of(code: str, files: Texts, options: Options) -> tuple[Texts, list[str]]:
    """The files after every help of a code that can be followed was, and these helps."""
    helps: list[str] = []
    for _ in range(_ROUNDS * 4):
        own = [finding for finding in report_on(files, options).findings if finding.code == code]
        for finding in own:
            after = typed(finding, files)
            if after is not None:
                helps.append(finding.help)
                files = after
                break
        else:
            break
    return files, helps


def serious(report: Report) -> Counter[str]:
    """How many errors and warnings there are of each code."""
    return Counter(finding.code for finding in report.findings if finding.severity > Severity.INFO)
