"""What several nodes have in common is said once: files with the same text, and infos about lines of the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from rules.engine.finding import Finding, Fix, Location, Severity
from rules.engine.locating import SAME_FILE

_SAME_LINE = "the same line"
# The rules that look at one node: what they say of two nodes are two findings.
_OF_ONE_NODE = ("PA", "KA", "HA", "XN2")


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """The findings of all nodes (sorted), each once; the places of the other nodes are its `copies`."""
    return _infos_once(_files_once(findings))


def _files_once(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for files that have the same text: same place, same message, same help."""
    unique: dict[Hashable, _Merged] = {}
    for finding in findings:
        at = finding.location
        what = (finding.code, finding.severity, finding.message, finding.help)
        where = (at.source.text, at.line, at.column, at.end_line, at.end_column)
        first = unique.setdefault((what, where), _Merged(finding))
        if first.finding is not finding:
            first.join(finding, SAME_FILE)
    return [merged.result() for merged in unique.values()]


def _infos_once(findings: Iterable[Finding]) -> list[Finding]:
    """One info for lines with the same words: what is good to know of one node is not repeated for the next."""
    result: list[_Merged] = []
    unique: dict[Hashable, _Merged] = {}
    count: Counter[Hashable] = Counter()
    for finding in findings:
        at = finding.location
        own = _Merged(finding)
        if finding.severity is not Severity.INFO or not finding.code.startswith(_OF_ONE_NODE):
            result.append(own)
            continue
        words = " ".join(at.source.line(at.line).split())
        count[finding.code, words, at.file] += 1
        first = unique.setdefault((finding.code, words, count[finding.code, words, at.file]), own)
        if first is own or at.node in first.nodes:
            result.append(own)
        else:
            first.join(finding, _SAME_LINE)
    return [merged.result() for merged in result]


class _Merged:
    """A finding with what further nodes add to it: thousands of them may have the same file."""

    __slots__ = ("_copies", "_fixes", "_related", "_seen", "finding", "nodes")

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        self.nodes = {place.node for place in finding.places}
        self._copies: list[Location] = []
        self._related: list[Location] = []
        self._fixes: list[Callable[[], Fix | None]] = []
        self._seen: set[Hashable] | None = None

    def join(self, other: Finding, why: str) -> None:
        """Make another node's finding a copy; its related places are added if they show something new."""
        if why == SAME_FILE:
            if self._seen is None:
                self._seen = {_shows(place) for place in (*self.finding.places, *self.finding.related)}
            new = [place for place in other.related if _shows(place) not in self._seen]
            self._related += new
            self._seen.update(map(_shows, new))
        copies = [place._replace(note=why) for place in other.places]
        if why == SAME_FILE and self._seen is not None:
            self._seen.update(map(_shows, copies))
        self._copies += copies
        self._fixes += other.fixes
        self.nodes.update(place.node for place in copies)

    def result(self) -> Finding:
        """The finding, complete."""
        self.finding.fixes = (*self.finding.fixes, *self._fixes)
        self.finding.related = (*self.finding.related, *self._related)
        self.finding.copies = (*self.finding.copies, *self._copies)
        return self.finding


def _shows(place: Location) -> Hashable:
    return place.source.text, place.line, place.column, place.end_line, place.end_column, place.note
