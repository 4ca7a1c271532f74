"""Real pairs that an expert has read line by line: what halb-lint finds of it, as a printed figure.

A label counts as found when a finding of warning or error severity stands on its line, or names that line as a
related place. A finding is a false alarm when its line is labelled as no problem at all. Lines that are a matter of
taste do not count either way; findings on lines without any label are counted apart.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from rules import lint
from rules.engine.finding import Finding, Severity
from tests.conftest import Figure
from tests.rules.agreement.reading import read_pair
from tests.shared import shared

pytestmark = pytest.mark.corpus

_MISTAKES = ("ERROR", "WARNING")


class Figures(NamedTuple):
    found: list[str]
    missed: list[str]
    false_alarms: list[str]
    unlabelled: list[str]


def places(finding: Finding) -> set[tuple[str, int]]:
    return {(at.file, at.line) for at in (*finding.places, *finding.related)}


def measure(name: str, findings: list[Finding], labels: list[dict[str, object]]) -> Figures:
    serious = [finding for finding in findings if finding.severity >= Severity.WARNING]
    reported = {place for finding in serious for place in places(finding)}
    by_place: dict[tuple[str, int], set[str]] = {}
    found: list[str] = []
    missed: list[str] = []
    for label in labels:
        place = (f"{label['node']}/{label['file']}", int(str(label["line"])))
        by_place.setdefault(place, set()).add(str(label["severity"]))
        if label["severity"] in _MISTAKES:
            text = f"{name}/{place[0]}:{place[1]} {label['problem_code_freeform']}"
            (found if place in reported else missed).append(text)
    false_alarms, unlabelled = [], []
    for finding in serious:
        verdicts = {verdict for place in places(finding) for verdict in by_place.get(place, ())}
        text = f"{name}/{finding.location.file}:{finding.location.line} {finding.code} {finding.name}"
        if not verdicts:
            unlabelled.append(text)
        elif verdicts == {"NOT_A_PROBLEM"}:
            false_alarms.append(text)
    return Figures(found, missed, false_alarms, unlabelled)


def test_recall_and_false_alarms(figure: Figure) -> None:
    corpus = shared() / "corpus"
    labels = json.loads((corpus / "pairs-labels.json").read_text(encoding="utf-8"))
    total = Figures([], [], [], [])
    for folder in sorted((corpus / "pairs").iterdir()):
        report = lint(read_pair(folder))
        assert not report.crashes
        mine = [label for label in labels if label["pair"] == folder.name]
        for into, part in zip(total, measure(folder.name, list(report.findings), mine), strict=True):
            into.extend(part)
    wanted = len(total.found) + len(total.missed)
    figure(
        f"labelled pairs: {len(total.found)} of {wanted} mistakes found, {len(total.false_alarms)} false alarms, "
        f"{len(total.unlabelled)} findings on unlabelled lines"
    )
    for word, lines in zip(("missed", "false alarm", "unlabelled"), total[1:], strict=True):
        for line in lines:
            figure(f"  {word}: {line}")
    assert not total.false_alarms
    assert len(total.found) >= 0.8 * wanted
