"""The files of tests/corpus: what a daemon accepts is not called refused, and what it refuses has a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from parsers.source import Source
from rules import Options, lint
from rules.engine.finding import Finding, NodeFiles, Severity
from tests import corpus

VERDICTS = corpus.verdicts()
FILES = [path for kind in ("haproxy", "keepalived") for path in corpus.files(kind)]
ACCEPTED = [path for path in FILES if VERDICTS[corpus.name_of(path)].status == 0]
REFUSED = [path for path in FILES if VERDICTS[corpus.name_of(path)].status != 0]
# Findings that say that the daemon refuses something, or does not know it.
_SAY_REFUSED = frozenset(
    ("HA001", "HA024", "HA028", "HA029", "HA030", "HA031", "HA034", "HA035", "KA026", "KA027", "KA047", "KA048")
)
# Called refused although accepted: an '.alert' in a branch of which nobody knows whether it is taken.
_SAID = {"haproxy/conditions-and-variables.cfg": {"PA007"}}
# Nothing is said: the backend may stand in another file that haproxy reads as well.
_SILENT = {"haproxy/refused-no-such-backend.cfg"}


def findings_on(path: Path) -> list[Finding]:
    name = corpus.name_of(path)
    nodes = [NodeFiles("lb1", (name,), ()) if path.suffix == ".cfg" else NodeFiles("lb1", (), (name,))]
    report = lint({name: Source.from_bytes(name, path.read_bytes()).text}, Options(nodes=nodes))
    assert not report.crashes
    return list(report.findings)


def says_refused(finding: Finding) -> bool:
    return finding.code in _SAY_REFUSED or finding.code.startswith("PA")


@pytest.mark.parametrize("path", ACCEPTED, ids=corpus.name_of)
def test_what_a_daemon_accepts_is_not_called_refused(path: Path) -> None:
    found = [finding for finding in findings_on(path) if says_refused(finding)]
    assert {finding.code for finding in found} == _SAID.get(corpus.name_of(path), set()), found


@pytest.mark.parametrize("path", REFUSED, ids=corpus.name_of)
def test_what_a_daemon_refuses_has_a_finding_where_it_says(path: Path) -> None:
    found = {finding.location.line for finding in findings_on(path) if finding.severity >= Severity.WARNING}
    lines = VERDICTS[corpus.name_of(path)].lines
    assert bool(found) == (corpus.name_of(path) not in _SILENT)
    assert not found or not lines or found & set(lines), f"{sorted(found)}, and the daemon names {lines}"


def test_there_are_enough_of_both() -> None:
    assert len(ACCEPTED) >= 28
    assert len(REFUSED) >= 10
    assert set(VERDICTS) == {corpus.name_of(path) for path in FILES}


@pytest.mark.daemon("haproxy")
@pytest.mark.parametrize("path", corpus.files("haproxy"), ids=corpus.name_of)
def test_haproxy_says_what_was_recorded(path: Path) -> None:
    """`python -m tests.tools.record_verdicts` after a change of a file."""
    assert corpus.ask_haproxy(path) == VERDICTS[corpus.name_of(path)]


@pytest.mark.root
@pytest.mark.daemon("keepalived")
@pytest.mark.parametrize("path", corpus.files("keepalived"), ids=corpus.name_of)
def test_keepalived_says_what_was_recorded(path: Path) -> None:
    assert corpus.ask_keepalived(path) == VERDICTS[corpus.name_of(path)]
