"""`--format github`: workflow commands that GitHub Actions shows next to the changed lines."""

from __future__ import annotations

from rules.engine.finding import Report, Severity
from rules.report.style import Style, printable

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, style: Style) -> str:
    """One `::error file=...,line=...::message` per finding, escaped as the runner expects."""
    lines = []
    for finding in report.findings:
        at = finding.location
        place = (
            f"file={_value(at.file)},line={at.line},col={at.column}"
            f",endLine={at.end_line},endColumn={at.end_column},title={_value(f'{finding.code} {finding.name}')}"
        )
        others = "".join(
            f"\n{other.node}: {other.file}:{other.line}: {other.note}".rstrip(": ")
            for other in (*finding.copies, *finding.related)
        )
        text = f"{finding.message}{others}\nhelp: {finding.help}"
        lines.append(f"::{_COMMAND[finding.severity]} {place}::{_data(text)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    safe = "\n".join(printable(line) for line in text.split("\n"))
    return safe.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
