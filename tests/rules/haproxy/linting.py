"""Short ways to lint one haproxy.cfg, or a few nodes, and to look at single codes."""

from __future__ import annotations

from rules import Options, lint
from rules.engine.finding import Finding, NodeFiles, Report
from rules.engine.settings import RuleSettings

DEFAULTS = "defaults\n    mode tcp\n    timeout connect 5s\n    timeout client 1h\n    timeout server 1h\n"


def report_on(text: str, *, version: str | None = None) -> Report:
    """The report on one file, taken for haproxy's whatever it holds."""
    options = Options(nodes=[NodeFiles("lb1", ("haproxy.cfg",), ())], settings=RuleSettings(haproxy_version=version))
    report = lint({"haproxy.cfg": text}, options)
    assert not report.crashes
    return report


def findings(text: str, *, version: str | None = None) -> list[Finding]:
    """All findings on one file."""
    return list(report_on(text, version=version).findings)


def of(code: str, text: str, *, version: str | None = None) -> list[Finding]:
    """The findings of one rule on one file."""
    return [finding for finding in findings(text, version=version) if finding.code == code]


def codes(text: str) -> list[str]:
    """The codes of all findings on one file, sorted."""
    return sorted(finding.code for finding in findings(text))


def fleet(files: dict[str, str], code: str) -> list[Finding]:
    """The findings of one rule on a fleet whose first path component is the node."""
    report = lint(files)
    assert not report.crashes
    return [finding for finding in report.findings if finding.code == code]


def backend(*lines: str, before: str = "", frontend: tuple[str, ...] = (), mode: str = "tcp") -> str:
    """A whole file with one backend of these lines behind a frontend on 6443."""
    return (
        before
        + DEFAULTS.replace("mode tcp", f"mode {mode}")
        + "frontend api\n    bind *:6443\n    default_backend masters\n"
        + "".join(f"    {line}\n" for line in frontend)
        + "backend masters\n"
        + "".join(f"    {line}\n" for line in lines)
    )


_REFUSED = ("PA", "HA028", "HA029", "HA030", "HA031", "HA034", "HA035", "HA041", "HA042", "HA044", "HA045", "HA060")


def refusals(text: str) -> list[str]:
    """The codes of the findings that say that haproxy refuses the file."""
    return [finding.code for finding in findings(text) if finding.code.startswith(_REFUSED)]
