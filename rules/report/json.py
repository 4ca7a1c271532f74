"""`--format json`: the whole report for programs, schema 1."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from rules.engine.finding import Finding, Location, Report, Severity
from rules.release import version
from rules.report.style import Style

if TYPE_CHECKING:
    from rules.failover.model import Seconds
    from rules.failover.table.rows import Block, FailoverTable, Row


def render(report: Report, style: Style, table: FailoverTable | None = None) -> str:
    """The report as one JSON object, with the failover table when there is one."""
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
        "failover": None if table is None else [entry for block in table.blocks for entry in _failover(block)],
    }
    # ASCII only: lone surrogates (bytes that were not UTF-8) can't be written otherwise.
    return json.dumps(document, indent=1) + "\n"


def _finding(finding: Finding, report: Report, seen: Counter[str]) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.word,
        "message": finding.message,
        **_location(finding.location),
        "related": [{**_location(other), "message": other.note} for other in (*finding.copies, *finding.related)],
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

    It is made of the code, node, file and the words of the line, and of how many like it came before; never of the
    line number. Every secret is the same few stars: neither it nor its length can be guessed from the fingerprint.
    """
    at = finding.location
    words = " ".join(report.secrets.line(at.source, at.line, short=True).split())
    base = "\0".join((finding.code, at.node, at.file, words))
    seen[base] += 1
    digest = blake2b(f"{base}\0{seen[base]}".encode("utf-8", "surrogatepass"), digest_size=10)
    return digest.hexdigest()


def _failover(block: Block) -> Iterator[dict[str, Any]]:
    """An object for each VIP and event; for a VIP about which nothing is known, one with the reason."""
    for vip in block.vips or (None,):
        about = {"vip": str(vip), "instance": block.instance}
        if block.unknown:
            no_nodes: dict[str, list[str]] = {"before": [], "owners": [], "holders": []}
            verdict = {"outage_s": None, "verdict": "unknown", "why": block.unknown}
            yield {**about, "event": "healthy", **no_nodes, **verdict, "possible": [], "flaps": False}
        for row in block.rows:
            yield {**about, "event": row.event, **_outcome(row)}


def _outcome(row: Row) -> dict[str, Any]:
    """The worst outcome, and all of them under `possible`."""
    possible = [
        {"before": list(o.before), "owners": list(o.owners), "holders": list(o.holders), "verdict": o.verdict.value}
        for o in row.outcomes
    ]
    ends = [outcome.outage for outcome in row.outcomes if outcome.outage is not None]
    return {
        "before": list(row.worst.before),
        "owners": list(row.worst.owners),
        "holders": list(row.worst.holders),
        "outage_s": _seconds(row.outage, ends),
        "verdict": row.verdict.value,
        "why": row.why,
        "possible": possible,
        "flaps": any(outcome.flaps for outcome in row.outcomes),
    }


def _seconds(outage: Seconds | None, ends: Sequence[Seconds]) -> dict[str, float | None]:
    """Without an owner: `max` is null if that can last until something is repaired, `min` if it always does."""
    if outage is not None:
        return {"min": round(outage.low, 2), "max": round(outage.high, 2)}
    return {"min": round(min(end.low for end in ends), 2) if ends else None, "max": None}
