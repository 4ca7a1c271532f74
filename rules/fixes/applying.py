"""Fixing: the changes of all findings that have some, made round by round until there are no more.

A fix is made whole or not at all. It is left out if its changes meet those of another in this round (the next round
tries again), and for good if the files then have a finding that they did not have before. Infos are no reason not to
fix what is worse: a rule that is silent about a broken section speaks when it is whole.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from parsers.edits import OverlapError
from parsers.records import NamedTuple
from rules.engine.finding import Severity
from rules.fixes.edits import Change, changed, changes_of

if TYPE_CHECKING:
    from rules.engine.finding import Finding, Fix, Report

Texts = Mapping[str, str]
Judge = Callable[[Texts], "Report"]
"""The report on the files of a run with these texts."""

_ROUNDS = 20
"""Each round removes a finding, or is the last; two fixes that undo each other end here."""


class Unfixed(NamedTuple):
    """A finding whose fix was not made, and why."""

    finding: Finding
    why: str


class Fixed(NamedTuple):
    """What fixing has led to: the texts that differ now, the findings that are gone by it, and the last report.

    `left` has the findings with a fix that could not be made; `unsafe` counts those whose fix was not wanted.
    """

    texts: dict[str, str]
    done: list[Finding]
    left: list[Unfixed]
    unsafe: int
    report: Report


class _Candidate(NamedTuple):
    finding: Finding
    changes: tuple[Change, ...]


class _Fixer:
    def __init__(self, texts: Texts, judge: Judge, *, unsafe: bool, writable: Callable[[str], str]) -> None:
        self.texts = dict(texts)
        self.judge = judge
        self.unsafe = unsafe
        self.writable = writable
        self.done: list[Finding] = []
        self.left: dict[object, Unfixed] = {}
        self.report = judge(self.texts)

    def run(self) -> None:
        """Make fixes until none is left to make."""
        for _ in range(_ROUNDS):
            chosen = self._together(self._candidates())
            if not chosen or not self._made(chosen):
                return

    def _candidates(self) -> list[_Candidate]:
        found = []
        for finding in self.report.findings:
            fix = finding.fix if finding.fixes and _key(finding) not in self.left else None
            if fix is None or not (fix.safe or self.unsafe):
                continue
            changes = changes_of(fix)
            if why := self._obstacle(changes):
                self.left[_key(finding)] = Unfixed(finding, why)
            elif changes:
                found.append(_Candidate(finding, changes))
        return found

    def _obstacle(self, changes: Sequence[Change]) -> str:
        for path in dict.fromkeys(change.path for change in changes):
            if path not in self.texts:
                return f"{path} is included, and none of the files to fix"
            if why := self.writable(path):
                return why
        return ""

    def _together(self, candidates: Iterable[_Candidate]) -> list[_Candidate]:
        """Those that do not meet each other, the first ones first; worse findings come before others."""
        chosen: list[_Candidate] = []
        taken: dict[str, list[Change]] = {}
        for candidate in sorted(candidates, key=lambda c: (-c.finding.severity, c.finding.sort_key)):
            if not any(_meets(change, taken.get(change.path, ())) for change in candidate.changes):
                chosen.append(candidate)
                for change in candidate.changes:
                    insort(taken.setdefault(change.path, []), change, key=_stretch)
        return chosen

    def _made(self, chosen: Sequence[_Candidate]) -> bool:
        """Make these fixes, or of those that lead to a new finding a half: the others' places are then other ones."""
        worse = self._try(chosen)
        if not worse:
            return True
        if len(chosen) == 1:
            finding = chosen[0].finding
            self.left[_key(finding)] = Unfixed(finding, worse)
            return False
        half = len(chosen) // 2
        return self._made(chosen[:half]) or self._made(chosen[half:])

    def _try(self, chosen: Sequence[_Candidate]) -> str:
        """Make these fixes if the files then have no new finding, else say which."""
        try:
            new = changed(self.texts, (change for candidate in chosen for change in candidate.changes))
        except OverlapError as error:
            return str(error)
        texts = self.texts | new
        report = self.judge(texts)
        worse = _worse(self.report, report, min(candidate.finding.severity for candidate in chosen))
        if worse:
            return f"it would lead to {worse}"
        self.texts, self.report = texts, report
        self.done += [candidate.finding for candidate in chosen]
        return ""


def _always(_: str) -> str:
    return ""


def fix_all(texts: Texts, judge: Judge, *, unsafe: bool = False, writable: Callable[[str], str] = _always) -> Fixed:
    """Make the fixes of all findings on these files; `unsafe`: also those that a person should look at.

    `judge` gives the report on the run's files with other texts; `writable` says why a file can't be changed, or "".
    """
    fixer = _Fixer(texts, judge, unsafe=unsafe, writable=writable)
    fixer.run()
    report = fixer.report
    waiting = [fix for finding in report.findings if (fix := finding.fix) is not None]
    new = {path: text for path, text in fixer.texts.items() if text != texts[path]}
    still = {_key(finding) for finding in report.findings}
    left = [left for key, left in fixer.left.items() if key in still]
    return Fixed(new, fixer.done, left, sum(_waits(fix) for fix in waiting) if not unsafe else 0, report)


def _waits(fix: Fix) -> bool:
    return not fix.safe and bool(changes_of(fix))


def _stretch(change: Change) -> tuple[int, int]:
    return change.start, change.end


def _meets(one: Change, others: Sequence[Change]) -> bool:
    """Whether a change is about the same characters as one of the others, or about the same point between two.

    The others are in the order of the text and do not meet each other, so that its neighbours among them tell. Changes
    that are equal are one.
    """
    at = bisect_left(others, _stretch(one), key=_stretch)
    same = at < len(others) and _stretch(others[at]) == _stretch(one)
    if same:
        return others[at] != one
    return (at > 0 and others[at - 1].end > one.start) or (at < len(others) and others[at].start < one.end)


def _key(finding: Finding) -> object:
    """What a finding is known by when lines above it have changed."""
    at = finding.location
    return finding.code, at.node, at.file, finding.message


def _worse(before: Report, after: Report, fixed: Severity) -> str:
    """The codes of rules that found more in the files of a node than before; `fixed` is how bad that was."""
    least = min(fixed, Severity.WARNING)
    old, new = _counts(before, least), _counts(after, least)
    return ", ".join(sorted({code for (code, node), number in new.items() if number > old[code, node]}))


def _counts(report: Report, least: Severity) -> Counter[tuple[str, str]]:
    found = (finding for finding in report.findings if finding.severity >= least)
    return Counter((finding.code, place.node) for finding in found for place in finding.places)
