"""Real keepalived.conf files: nothing is called refused that `keepalived -t` 2.2.7 accepted."""

from __future__ import annotations

import pytest

from parsers.source import Source
from rules import lint
from rules.engine.finding import Finding, NodeFiles, Severity
from rules.engine.options import Options
from tests.conftest import Figure
from tests.shared import RealFile, real_files

pytestmark = pytest.mark.corpus

_SAY_REFUSED = frozenset(("KA026", "KA027", "KA047", "KA048"))
# Status 6 (script security is off) hides that keepalived reported more about these files.
_REPORTED_TOO = {
    "pmzgit+old-note__conf_keepalived-mysql.conf": "no-break spaces as keywords and a '}' too many, on the lines found",
    "zillow+linuxgateway__etc_keepalived_keepalived.conf": "unknown keyword 'garp_master_delay' in global_defs",
}
_SAMPLES = "acassen+keepalived__doc_samples_keepalived.conf"
_TOOLS = "pqarmitage+keepalived-devel-tools__configs"
# Of these keepalived reports what no rule is about: interfaces it lacks, track_file, BFD, virtual servers.
_SILENT = {
    *(
        f"{_SAMPLES}.{name}"
        for name in (
            "fwmark", "track_interface", "vrrp.routes", "vrrp.rules", "vrrp.static_ipaddress",
        )
    ),
    *(
        f"{_TOOLS}_{name}"
        for name in (
            "1100s", "1555b", "1569b", "1940", "642a", "650", "765", "bfd_616", "brian_atkins",
            "chk_smtp", "routes_rules", "t",
        )
    ),
}  # fmt: skip


def findings_on(real: RealFile) -> list[Finding]:
    text = Source.from_bytes(real.name, real.path.read_bytes()).text
    report = lint({real.name: text}, Options(nodes=[NodeFiles("lb1", (), (real.name,))]))
    assert not report.crashes
    return list(report.findings)


def says_refused(finding: Finding) -> bool:
    return finding.code in _SAY_REFUSED or finding.code.startswith("PA")


def test_accepted_files_are_not_called_refused(figure: Figure) -> None:
    accepted = [real for real in real_files("keepalived") if real.status in (0, 6)]
    wrong = []
    for real in accepted:
        texts = [f"{finding.code} {finding.message}" for finding in findings_on(real) if says_refused(finding)]
        if texts and real.path.name not in _REPORTED_TOO:
            wrong.append((real.name, texts))
    figure(f"{len(accepted)} real files that keepalived accepts: {len(wrong)} wrongly called refused")
    assert not wrong


def test_reported_files_have_findings(figure: Figure) -> None:
    reported = [real for real in real_files("keepalived") if real.status not in (0, 6)]
    silent = [
        real for real in reported if not any(finding.severity >= Severity.WARNING for finding in findings_on(real))
    ]
    figure(f"{len(reported)} real files that keepalived reports: {len(reported) - len(silent)} get a warning or error")
    assert {real.path.name.removesuffix(".conf") for real in silent} == _SILENT


def test_the_files_with_more_reports_are_found() -> None:
    for real in real_files("keepalived"):
        if real.path.name in _REPORTED_TOO:
            assert any(says_refused(finding) for finding in findings_on(real))
