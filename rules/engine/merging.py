"""What several nodes have in common is said once: files with the same text, and infos about lines of the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from rules.engine.finding import Finding, Location, Severity
from rules.engine.locating import SAME_FILE

_SAME_LINE = "the same line"
# The rules that look at one node: what they say of two nodes are two findings.
_OF_ONE_NODE = ("PA", "KA", "HA", "XN2")


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of all nodes (sorted), each once; the places of the other nodes are its `copies`."""
    return _infos_once(_files_once(findings))


def _files_once(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for files that have the same text: same place, same message, same help."""
    unique: dict[Hashable, Finding] = {}
    for finding in findings:
        at = finding.location
        what = (finding.code, finding.severity, finding.message, finding.help)
        where = (at.source.text, at.line, at.column, at.end_line, at.end_column)
        first = unique.setdefault((what, where), finding)
        if first is not finding:
            _join(first, finding, SAME_FILE)
    return list(unique.values())


def _infos_once(findings: Iterable[Finding]) -> list[Finding]:
    """One info for lines with the same words: what is good to know of one node is not repeated for the next."""
    result: list[Finding] = []
    unique: dict[Hashable, Finding] = {}
    count: Counter[Hashable] = Counter()
    for finding in findings:
        at = finding.location
        if finding.severity is not Severity.INFO or not finding.code.startswith(_OF_ONE_NODE):
            result.append(finding)
            continue
        words = " ".join(at.source.line(at.line).split())
        count[finding.code, words, at.file] += 1
        first = unique.setdefault((finding.code, words, count[finding.code, words, at.file]), finding)
        if first is finding or any(at.node == other.node for other in first.places):
            result.append(finding)
        else:
            _join(first, finding, _SAME_LINE)
    return result


def _join(first: Finding, other: Finding, why: str) -> None:
    """Make another node's finding a copy of the first one; its related places are added if they show something new."""
    seen = {_shows(place) for place in (*first.places, *first.related)}
    new = [place for place in other.related if _shows(place) not in seen]
    first.related = (*first.related, *new) if why == SAME_FILE else first.related
    first.copies = (*first.copies, *(place._replace(note=why) for place in other.places))


def _shows(place: Location) -> Hashable:
    return place.source.text, place.line, place.column, place.end_line, place.end_column, place.note
