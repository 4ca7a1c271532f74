"""The pair that the article ends with, and the file that Debian installs."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules import lint
from rules.engine.finding import Severity
from tests.rules.haproxy.linting import findings
from tests.shared import shared

_OWN = ("PA", "HA", "XN1", "XN201", "XN202")


@pytest.mark.corpus
def test_the_articles_pair_has_five_findings_per_file() -> None:
    seed = shared() / "seed"
    paths = [path for node in ("haproxy-lb1", "haproxy-lb2") for path in sorted((seed / node).iterdir())]
    report = lint({f"{path.parent.name}/{path.name}": path.read_text(encoding="utf-8") for path in paths})
    assert not report.crashes
    for node in ("haproxy-lb1", "haproxy-lb2"):
        about = [f for f in report.findings if any(at.node == node for at in f.places)]
        found = [f for f in about if f.code.startswith(_OWN)]
        assert sorted((f.code, f.severity.word) for f in found) == [
            ("HA001", "error"),
            ("HA003", "info"),
            ("HA004", "warning"),
            ("HA005", "info"),
            ("HA006", "warning"),
        ]
    maxconn = next(finding for finding in report.findings if finding.code == "HA006")
    assert "3 servers" in maxconn.message
    assert maxconn.location.source.line(maxconn.location.line).split()[0] == "default-server"


def _debian() -> list[Path]:
    return [path for path in (Path("/etc/haproxy/haproxy.cfg"),) if path.is_file()]


@pytest.mark.parametrize("path", _debian() or [pytest.param(None, marks=pytest.mark.skip("haproxy is not installed"))])
def test_the_installed_default_has_nothing_above_info(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "Default SSL material locations" not in text:
        pytest.skip("this is not Debian's own file any more")
    assert [finding for finding in findings(text) if finding.severity > Severity.INFO] == []


@pytest.mark.corpus
def test_debians_default_has_nothing_above_info() -> None:
    text = (shared() / "seed" / "debian-default-haproxy.cfg").read_text(encoding="utf-8")
    assert [finding.code for finding in findings(text)] == ["HA005"]
