"""`--format concise`: one line per finding, for grep, editors and scripts."""

from __future__ import annotations

from rules.engine.finding import Report
from rules.report.style import Style, printable


def render(report: Report, style: Style) -> str:
    """`path:line:col: CODE name message`, a line each; a mistake of several nodes ends in their names."""
    lines = []
    for finding in report.findings:
        at = finding.location
        code = style.severity(finding.severity, finding.code)
        nodes = f"; {printable(finding.nodes)}" if finding.copies else ""
        lines.append(
            f"{printable(at.file)}:{at.line}:{at.column}: {code} {finding.name} {printable(finding.message)}{nodes}\n"
        )
    return "".join(lines)
