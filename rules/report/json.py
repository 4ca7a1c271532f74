"""`--format json`: the whole report for programs, schema 1."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from rules.engine.finding import Finding, Location, Report, Severity
from rules.release import version
from rules.report.style import Style

_LONG = 500  # characters of a line that is read once for all its findings

if TYPE_CHECKING:
    from rules.failover.model import Seconds
    from rules.failover.table.rows import Block, FailoverTable, Row


def render(report: Report, style: Style, table: FailoverTable | None = None) -> str:
    """The report as one JSON object, with the failover table when there is one."""
    seen = Seen(report)
    document = {
        "schema": 1,
        "tool": {"name": "halb-lint", "version": version()},
        "nodes": [
            {"name": node.name, "haproxy": list(node.haproxy), "keepalived": list(node.keepalived)}
            for node in report.nodes
        ],
        "findings": [_finding(finding, seen) for finding in report.findings],
        "skipped": [{"code": item.code, "reason": item.reason} for item in report.skipped],
        "summary": {
            **{severity.word: report.count(severity) for severity in reversed(Severity)},
            "suppressed": report.suppressed + report.baselined,
        },
        "failover": None if table is None else [entry for block in table.blocks for entry in _failover(block)],
    }
    # ASCII only: lone surrogates (bytes that were not UTF-8) can't be written otherwise.
    return json.dumps(document, indent=1) + "\n"


def _finding(finding: Finding, seen: Seen) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.word,
        "message": finding.message,
        **_location(finding.location),
        "related": [{**_location(other), "message": other.note} for other in (*finding.copies, *finding.related)],
        "help": finding.help,
        "fingerprint": seen.fingerprint(finding),
        "fix": fix_of(finding),
    }


def fix_of(finding: Finding) -> dict[str, Any] | None:
    """How a finding is fixed: safety, title, edits with lines and columns from 1; None if that takes a person."""
    if not finding.fixes:
        return None
    from rules.fixes.edits import changes_of, shown

    fix = finding.fix
    changes = changes_of(fix) if fix is not None else ()
    if fix is None or not changes:
        return None
    sources = {span.source.path: span.source for _, span, _ in fix.steps}
    return {
        "safety": "safe" if fix.safe else "unsafe",
        "title": fix.title,
        "edits": list(shown(changes, sources)),
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


class Seen:
    """The findings of a report that were named so far."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._count: Counter[tuple[str, str, str, str]] = Counter()
        self._line: tuple[str, int] = ("", 0)
        self._words = ""

    def fingerprint(self, finding: Finding) -> str:
        """A name for the next finding that survives edits elsewhere in the file.

        It is made of the code, node, file and the words of the line, and of how many like it came before; never of
        the line number. Every secret is the same few stars: neither it nor its length can be guessed from it.
        """
        known = self._report.fingerprints.get(finding)
        if known is not None:
            return known
        return self._next(finding.code, finding.location)

    def every(self, finding: Finding) -> list[tuple[str, Location]]:
        """Such names for all places of the next finding: each would have its own if the nodes' files differed."""
        return [(self._next(finding.code, at), at) for at in finding.places]

    def _next(self, code: str, at: Location) -> str:
        base = (code, at.node, at.file, self._words_at(at))
        self._count[base] += 1
        number = f"\0{self._count[base]}".encode()
        digest = _hash_of_long(*base).copy() if len(base[-1]) > _LONG else _hash("\0".join(base))
        digest.update(number)
        return digest.hexdigest()

    def _words_at(self, at: Location) -> str:
        """The words of a line; kept for the next finding, as a long line can have thousands of them."""
        if self._line != (at.file, at.line):
            self._line = (at.file, at.line)
            self._words = " ".join(self._report.secrets.line(at.source, at.line, short=True).split())
        return self._words


def _hash(text: str) -> blake2b:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10)


@lru_cache(maxsize=64)
def _hash_of_long(*base: str) -> blake2b:
    return _hash("\0".join(base))


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
