"""`--format gitlab`: a code quality report, which GitLab shows in merge requests (issues as Code Climate's)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from os import sep
from typing import Any

from rules.engine.finding import Finding, Report, Severity
from rules.report.ci.lines import clean
from rules.report.json import Seen

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def pieces(report: Report) -> Iterator[str]:
    """An array with an object per finding."""
    seen = Seen(report)
    yield "["
    for number, finding in enumerate(report.findings):
        yield (",\n" if number else "\n") + json.dumps(_issue(finding, seen))
    yield "\n]\n" if report.findings else "]\n"


def _issue(finding: Finding, seen: Seen) -> dict[str, Any]:
    at = finding.location
    nodes = f"; {finding.nodes}" if finding.copies else ""
    return {
        "type": "issue",
        "check_name": finding.code,
        # GitLab shows one line of plain text, and no name of the check.
        "description": clean(f"{finding.code} {finding.name}: {finding.message}{nodes}").replace("\n", " "),
        "content": {"body": clean(finding.help)},
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": seen.fingerprint(finding),
        # A path that starts with "./" is another file to GitLab.
        "location": {
            "path": clean(at.file.replace(sep, "/").removeprefix("./")),
            "lines": {"begin": at.line, "end": at.end_line},
        },
    }
