"""The files of tests/corpus: what a daemon accepts is not called refused, and what it refuses has a finding."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from parsers.source import Source
from rules import Options, lint
from rules.engine.finding import Finding, NodeFiles, Severity
from rules.engine.settings import RuleSettings
from tests import corpus
from tests.roots import root_of

VERDICTS = {release: corpus.verdicts(release) for release in corpus.RELEASES}
FILES = [path for kind in ("haproxy", "keepalived") for path in corpus.files(kind)]


class Case(NamedTuple):
    """A file, and the keepalived that was asked; `meant` is what the linter is told, None: nothing."""

    path: Path
    release: str
    meant: str | None

    @property
    def name(self) -> str:
        return corpus.name_of(self.path)

    @property
    def verdict(self) -> corpus.Verdict:
        return VERDICTS[self.release][self.name]

    def __str__(self) -> str:
        return f"{self.name} {self.meant or ''}"


CASES = [
    *(Case(path, corpus.INSTALLED, None) for path in FILES),
    *(Case(path, release, release) for release in corpus.RELEASES for path in corpus.files("keepalived")),
]
ACCEPTED = [case for case in CASES if case.verdict.status == 0]
REFUSED = [case for case in CASES if case.verdict.status != 0]
# Findings that say that the daemon refuses something, or does not know it.
_SAY_REFUSED = frozenset(
    (
        "HA001",
        "HA024",
        "HA028",
        "HA029",
        "HA030",
        "HA031",
        "HA034",
        "HA035",
        "HA041",
        "HA042",
        "HA044",
        "HA045",
        "KA026",
        "KA027",
        "KA047",
        "KA048",
    )
)
# Called refused although accepted: an '.alert' in a branch of which nobody knows whether it is taken.
_SAID = {"haproxy/conditions-and-variables.cfg": {"PA007"}}
# Nothing is said: the backend may stand in another file that haproxy reads as well.
_SILENT = {"haproxy/refused-no-such-backend.cfg"}
# Nothing is said as long as the release is not known: later ones have the keyword.
_SILENT_WITHOUT_RELEASE = {"keepalived/release-new-keyword.conf"}


def findings_on(case: Case) -> list[Finding]:
    path, name = case.path, case.name
    nodes = [NodeFiles("lb1", (name,), ()) if path.suffix == ".cfg" else NodeFiles("lb1", (), (name,))]
    options = Options(nodes=nodes, settings=RuleSettings(keepalived_version=case.meant))
    report = lint({name: Source.from_bytes(name, path.read_bytes()).text}, options)
    assert not report.crashes
    return list(report.findings)


def says_refused(finding: Finding) -> bool:
    return finding.code in _SAY_REFUSED or finding.code.startswith("PA")


@pytest.mark.parametrize("case", ACCEPTED, ids=str)
def test_what_a_daemon_accepts_is_not_called_refused(case: Case) -> None:
    found = [finding for finding in findings_on(case) if says_refused(finding)]
    assert {finding.code for finding in found} == _SAID.get(case.name, set()), found


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_a_daemon_refuses_has_a_finding_where_it_says(case: Case) -> None:
    found = {finding.location.line for finding in findings_on(case) if finding.severity >= Severity.WARNING}
    lines = case.verdict.lines
    silent = _SILENT if case.meant else _SILENT | _SILENT_WITHOUT_RELEASE
    assert bool(found) == (case.name not in silent)
    assert not found or not lines or found & set(lines), f"{sorted(found)}, and the daemon names {lines}"


def test_there_are_enough_of_both() -> None:
    assert len(ACCEPTED) >= 28
    assert len(REFUSED) >= 10
    assert set(VERDICTS[corpus.INSTALLED]) == {corpus.name_of(path) for path in FILES}
    for release in corpus.RELEASES[1:]:
        assert set(VERDICTS[release]) == {corpus.name_of(path) for path in corpus.files("keepalived")}


@pytest.mark.daemon("haproxy")
@pytest.mark.parametrize("path", corpus.files("haproxy"), ids=corpus.name_of)
def test_haproxy_says_what_was_recorded(path: Path) -> None:
    """`python -m tests.tools.record_verdicts` after a change of a file."""
    assert corpus.ask_haproxy(path) == VERDICTS[corpus.INSTALLED][corpus.name_of(path)]


@pytest.mark.root
@pytest.mark.daemon("keepalived")
@pytest.mark.parametrize("path", corpus.files("keepalived"), ids=corpus.name_of)
def test_keepalived_says_what_was_recorded(path: Path) -> None:
    assert corpus.ask_keepalived(path) == VERDICTS[corpus.INSTALLED][corpus.name_of(path)]


@pytest.mark.root
@pytest.mark.parametrize(
    "release", [pytest.param(release, marks=pytest.mark.release(release)) for release in corpus.RELEASES[1:]]
)
@pytest.mark.slow
def test_another_keepalived_says_what_was_recorded(release: str) -> None:
    root = root_of(release)
    for path in corpus.files("keepalived"):
        assert corpus.ask_keepalived(path, root) == VERDICTS[release][corpus.name_of(path)], path
