"""`--format checkstyle`: Checkstyle's XML, which Jenkins, reviewdog and many other tools read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rules.engine.finding import Finding, Report
from rules.report.ci.lines import attribute


def pieces(report: Report) -> Iterator[str]:
    """A `file` element for the findings of each file, an `error` element per finding."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3">\n'
    for path, findings in groupby(report.findings, key=lambda finding: finding.location.file):
        yield f'  <file name="{attribute(path)}">\n'
        yield from map(_error, findings)
        yield "  </file>\n"
    yield "</checkstyle>\n"


def _error(finding: Finding) -> str:
    at = finding.location
    nodes = f"; {finding.nodes}" if finding.copies else ""
    message = attribute(f"{finding.name}: {finding.message}{nodes}\nhelp: {finding.help}")
    severity = finding.severity.word
    return (
        f'    <error line="{at.line}" column="{at.column}" severity="{severity}" message="{message}"'
        f' source="halb-lint.{finding.code}"/>\n'
    )
