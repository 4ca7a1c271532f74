"""Real haproxy.cfg files: nothing is called refused that `haproxy -c` 2.6.12 accepted."""

from __future__ import annotations

import pytest

from parsers.source import Source
from rules.engine.finding import Finding, Severity
from tests.conftest import Figure
from tests.rules.haproxy.linting import findings
from tests.shared import RealFile, real_files

pytestmark = pytest.mark.corpus

_SAY_REFUSED = frozenset(
    ("HA001", "HA024", "HA028", "HA029", "HA030", "HA031", "HA034", "HA041", "HA042", "HA044", "HA045", "HA048")
)


def findings_on(real: RealFile) -> list[Finding]:
    return findings(Source.from_bytes(real.name, real.path.read_bytes()).text)


def says_refused(finding: Finding) -> bool:
    if finding.code == "HA075":
        return finding.severity is Severity.ERROR
    return finding.code in _SAY_REFUSED or finding.code.startswith("PA")


def test_accepted_files_are_not_called_refused() -> None:
    accepted = [real for real in real_files("haproxy") if real.status == 0]
    assert accepted
    wrong = {
        real.name: [f"{f.code} line {f.location.line}: {f.message}" for f in found]
        for real in accepted
        if (found := [f for f in findings_on(real) if says_refused(f)])
    }
    assert wrong == {}


def test_refused_files_have_an_error_or_a_warning(figure: Figure) -> None:
    refused = [real for real in real_files("haproxy") if real.status == 1]
    missed = [real for real in refused if not any(f.severity >= Severity.WARNING for f in findings_on(real))]
    figure(f"files that haproxy refuses: {len(refused) - len(missed)} of {len(refused)} have an error or warning")
    assert [real.path.name for real in missed] == []
