"""`--format json`: the whole report for programs, schema 1."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import blake2b
from typing import Any

from rules.finding import Finding, Location, Report, Severity
from rules.report.style import Style
from rules.version import version


def render(report: Report, style: Style) -> str:
    """The report as one JSON object."""
    seen: Counter[str] = Counter()
    document = {
        "schema": 1,
        "tool": {"name": "halb-lint", "version": version()},
        "nodes": [
            {"name": node.name, "haproxy": list(node.haproxy), "keepalived": list(node.keepalived)}
            for node in report.nodes
        ],
        "findings": [_finding(finding, report, seen) for finding in report.findings],
        "skipped": [{"code": item.code, "reason": item.reason} for item in report.skipped],
        "summary": {
            **{severity.word: report.count(severity) for severity in reversed(Severity)},
            "suppressed": report.suppressed,
        },
        "failover": None,
    }
    # ASCII only: lone surrogates (bytes that were not UTF-8) can't be written in any other way.
    return json.dumps(document, indent=1) + "\n"


def _finding(finding: Finding, report: Report, seen: Counter[str]) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.word,
        "message": finding.message,
        **_location(finding.location),
        "related": [{**_location(other), "message": other.note} for other in finding.related],
        "help": finding.help,
        "fingerprint": fingerprint(finding, report, seen),
        "fix": None,
    }


def _location(at: Location) -> dict[str, Any]:
    return {
        "node": at.node,
        "file": at.file,
        "line": at.line,
        "column": at.column,
        "end_line": at.end_line,
        "end_column": at.end_column,
    }


def fingerprint(finding: Finding, report: Report, seen: Counter[str]) -> str:
    """A name for the finding that survives edits elsewhere in the file.

    It is made of the code, node, file and the words of the line (secrets masked), and of how many
    like it came before; never of the line number.
    """
    at = finding.location
    words = " ".join(report.secrets.line(at.source, at.line).split())
    base = "\0".join((finding.code, at.node, at.file, words))
    seen[base] += 1
    digest = blake2b(f"{base}\0{seen[base]}".encode("utf-8", "surrogatepass"), digest_size=10)
    return digest.hexdigest()
