"""`--format junit`: a test suite per file and node, a failed test per finding; Jenkins, GitLab, Azure and more show it.

What does not fail the run (`--fail-on`) does not fail a test either; its text is the test's output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.engine.finding import Finding, Report, Severity
from rules.report.ci.lines import attribute, whole, xml

_Suite = tuple[str, str]
"""A node and a file of it."""


def pieces(report: Report, fail_on: Severity | None = Severity.WARNING) -> Iterator[str]:
    """`fail_on`: from which severity on a finding is a failure; None for none."""
    groups: dict[_Suite, list[Finding]] = {}
    for finding in report.findings:
        groups.setdefault((finding.location.node, finding.location.file), []).append(finding)
    read = [(node.name, path) for node in report.nodes for path in (*node.haproxy, *node.keepalived)]
    suites = list(dict.fromkeys([*read, *groups]))
    tests = sum(max(len(groups.get(suite, ())), 1) for suite in suites)
    failures = sum(_fails(finding, fail_on) for finding in report.findings)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="halb-lint" tests="{tests}" failures="{failures}" errors="0">\n'
    for suite in suites:
        yield from _shown(suite, groups.get(suite, ()), fail_on)
    yield "</testsuites>\n"


def _fails(finding: Finding, fail_on: Severity | None) -> bool:
    return fail_on is not None and finding.severity >= fail_on


def _shown(suite: _Suite, findings: Sequence[Finding], fail_on: Severity | None) -> Iterator[str]:
    node, path = suite
    failures = sum(_fails(finding, fail_on) for finding in findings)
    name = attribute(f"{node}: {path}" if node else path)
    counts = f'tests="{max(len(findings), 1)}" failures="{failures}" errors="0" skipped="0"'
    yield f'  <testsuite name="{name}" {counts}>\n'
    if not findings:
        yield f'    <testcase name="nothing found" classname="{attribute(path)}"/>\n'
    for finding in findings:
        yield _test(finding, _fails(finding, fail_on))
    yield "  </testsuite>\n"


def _test(finding: Finding, fails: bool) -> str:
    at = finding.location
    title = f"{finding.code} {finding.name} at {at.line}:{at.column}"
    text = f"{at.file}:{at.line}:{at.column}: {finding.severity.word}: {whole(finding)}"
    inside = f"      <system-out>{xml(text)}</system-out>\n"
    if fails:
        said = f'message="{attribute(finding.message)}" type="{finding.severity.word}"'
        inside = f"      <failure {said}>{xml(text)}</failure>\n"
    where = f'classname="{attribute(at.file)}" file="{attribute(at.file)}" line="{at.line}"'
    return f'    <testcase name="{attribute(title)}" {where}>\n{inside}    </testcase>\n'
