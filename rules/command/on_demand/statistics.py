"""`--statistics`: how many findings each rule has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.engine.finding import Finding, Report, Severity
    from rules.report.style import Style


class RuleCount(NamedTuple):
    """A rule with the number of its findings, the worst severity of them, and how many `--fix` can fix."""

    code: str
    name: str
    severity: Severity
    findings: int
    fixable: int


def counts(report: Report) -> list[RuleCount]:
    """The rules that found something: the worst severity first, of those alike the one with the most findings."""
    by_code: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_code.setdefault(finding.code, []).append(finding)
    rows = [_count(findings) for findings in by_code.values()]
    return sorted(rows, key=lambda row: (-row.severity, -row.findings, row.code))


def _count(findings: Sequence[Finding]) -> RuleCount:
    first = findings[0]
    worst = max(finding.severity for finding in findings)
    return RuleCount(first.code, first.name, worst, len(findings), sum(map(_is_fixable, findings)))


def _is_fixable(finding: Finding) -> bool:
    fix = finding.fix
    return fix is not None and fix.safe


def table(report: Report, style: Style) -> str:
    """A line per rule: findings, severity, code, name, and how many of them `--fix` fixes."""
    rows = counts(report)
    width = max((len(str(row.findings)) for row in rows), default=0)
    lines = []
    for row in rows:
        severity = style.severity(row.severity, f"{row.severity.word:<7} {row.code}")
        fixable = f"  ({row.fixable} fixable with --fix)" if row.fixable else ""
        lines.append(f"{row.findings:>{width}}  {severity}  {row.name}{fixable}\n")
    return "".join(lines)


def table_json(report: Report) -> str:
    """The same for programs."""
    rows = [{**row._asdict(), "severity": row.severity.word} for row in counts(report)]
    return json.dumps({"schema": 1, "statistics": rows}, indent=1) + "\n"
