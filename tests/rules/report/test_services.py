"""The formats that services read: what their readers require, for any text and any number of findings."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from parsers.source import Source
from rules import lint
from rules.engine.finding import Finding, Location, NodeFiles, Report, Severity, Skipped
from rules.engine.secrets import Secrets
from rules.report.formats import FOR_SERVICES, pieces, renderer
from rules.report.style import Style
from tests.rules.agreement.reading import read_pair
from tests.rules.engine.cases import CASES
from tests.rules.report.sarif_log import SCHEMA
from tests.shared import shared
from tests.tables import each

ODD = "a 'word' \x1b[31m \udcff <&> \"quoted\" \ufffe \u202e\nof two lines"
PATHS = ("lb1/haproxy.cfg", "/etc/haproxy/haproxy.cfg", "./a b#c?.cfg", "\udcff%:x/ü.cfg", "<stdin>", "<command line>")


def odd_report(count: int = 1, secrets: Secrets | None = None) -> Report:
    """Findings on files of all kinds of names, with texts of all kinds."""
    findings = []
    for path in PATHS:
        source = Source(path, "\t\udcff word\n" * 3)
        for number in range(count):
            severity = list(Severity)[number % 3]
            at = Location.of(source.span(2, 6), "lb1", "here")
            finding = Finding("HA999", "made-up", severity, ODD, at, [at._replace(note=ODD), at], "write '<x>'")
            finding.copies = (at._replace(node="lb2", note="the same file"),)
            findings.append(finding)
    nodes = [NodeFiles("lb1", PATHS, ("lb1/keepalived.conf",))]
    skipped = [Skipped("DN001", "it needs \udcff"), Skipped("XN", "only one")]
    return Report(nodes, findings, lambda: skipped, secrets=secrets, crashes=["rule HA999 failed"])


def reports() -> list[tuple[str, Report]]:
    """Reports on pairs, an odd one, and one without findings."""
    made = [(folder.name, lint(read_pair(folder))) for folder in CASES]
    return [*made, ("odd", odd_report()), ("odd, many", odd_report(5)), ("empty", Report([], []))]


def log(report: Report) -> Any:
    return json.loads(renderer("sarif")(report, Style()))


def test_sarif_is_what_the_standard_says() -> None:
    check = jsonschema.Draft7Validator(SCHEMA)
    each(reports(), lambda report: check.validate(log(report)))


@pytest.mark.corpus
def test_sarif_is_valid_by_the_schema_of_the_standard() -> None:
    schema = Path(shared(), "data", "sarif-schema-2.1.0.json")
    if not schema.is_file():
        pytest.skip("shared/data has no sarif-schema-2.1.0.json")
    check = jsonschema.Draft4Validator(json.loads(schema.read_text()))
    each(reports(), lambda report: check.validate(log(report)))


def test_sarif_says_what_json_does() -> None:
    fixed = 0
    texts = {"lb1/keepalived.conf": read_pair(CASES[0])["lb1/keepalived.conf"].replace("}", "unknwon_word x\n}", 1)}
    for report in (*(lint(read_pair(folder)) for folder in CASES), lint(texts)):
        told = json.loads(renderer("json")(report, Style()))["findings"]
        run = log(report)["runs"][0]
        assert len(run["results"]) == len(told)
        for result, finding in zip(run["results"], told, strict=True):
            assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding["code"]
            assert result["partialFingerprints"] == {"halb/v1": finding["fingerprint"]}
            assert result["message"]["text"].startswith(finding["message"])
            assert result["message"]["text"].endswith(f"\nhelp: {finding['help']}")
            places = [result["locations"][0], *result.get("relatedLocations", ())]
            assert [place_of(place) for place in places] == [
                (at["node"], at["file"], at["line"], at["column"], at["end_line"], at["end_column"])
                for at in (finding, *finding["related"])
            ]
            fixed += fixes_alike(result, finding["fix"])
    assert fixed


def place_of(location: Any) -> tuple[object, ...]:
    where = location["physicalLocation"]
    region = where["region"]
    places = (region["startLine"], region["startColumn"], region["endLine"], region["endColumn"])
    return location["logicalLocations"][0]["name"], where["artifactLocation"]["uri"], *places


def fixes_alike(result: Any, fix: Any) -> bool:
    """Whether there is a fix; it has the same edits in both."""
    assert ("fixes" in result) == (fix is not None)
    if fix is None:
        return False
    (shown,) = result["fixes"]
    assert shown["description"]["text"] == fix["title"]
    edits = [
        (
            change["artifactLocation"]["uri"],
            list(part["deletedRegion"].values()),
            part["insertedContent"]["text"],
        )
        for change in shown["artifactChanges"]
        for part in change["replacements"]
    ]
    assert sorted(edits) == sorted((edit["file"], edit["start"] + edit["end"], edit["text"]) for edit in fix["edits"])
    return True


def test_sarif_has_what_the_rules_say_of_themselves_and_what_was_left_out() -> None:
    report = lint({"lb1/haproxy.cfg": "frontend f\n    bind :6443\n    foo\n"})
    run = log(report)["runs"][0]
    rule = next(rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "HA029")
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert "Why it hurts:" in rule["help"]["text"]
    assert run["invocations"][0]["executionSuccessful"]
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert any(note.startswith("XN was left out: only one node was given") for note in notes)
    assert not log(odd_report())["runs"][0]["invocations"][0]["executionSuccessful"]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), [(name, 100_000 if name == "sarif" else 3_000) for name in FOR_SERVICES])
def test_a_hundred_thousand_findings_are_written_one_by_one(name: str, count: int) -> None:
    class Counting(Secrets):
        lines = 0

        def line(self, source: Source, number: int, *, short: bool = False) -> str:
            self.lines += 1
            return super().line(source, number, short=short)

    source = Source("lb1/haproxy.cfg", "    server a 192.0.2.1:1\n" * count)
    findings = [
        Finding(
            "HA999", "made-up", Severity.ERROR, "wrong", Location("lb1", source.path, at, 5, at, 11, source), [], "x"
        )
        for at in range(1, count + 1)
    ]
    secrets = Counting()
    parts = pieces(name, Report([NodeFiles("lb1", (source.path,), ())], findings, secrets=secrets))
    assert len(list(islice(parts, 100))) == 100
    assert secrets.lines <= 100  # what is not asked for is not made
    rest, longest = 0, 0
    for part in parts:
        rest += 1
        longest = max(longest, len(part))
    assert count - 100 <= rest <= count
    assert longest < 1000
    assert secrets.lines <= count


def test_gitlab_has_what_it_requires() -> None:
    for name, report in reports():
        issues = json.loads(renderer("gitlab")(report, Style()))
        assert len(issues) == len(report.findings), name
        assert len({issue["fingerprint"] for issue in issues}) == len(issues)
        for issue, finding in zip(issues, report.findings, strict=True):
            assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert issue["check_name"] == finding.code
            assert "\n" not in issue["description"]
            assert not issue["location"]["path"].startswith("./")
            assert issue["location"]["lines"]["begin"] == finding.location.line


def xml(name: str, report: Report) -> ElementTree.Element:
    return ElementTree.fromstring(renderer(name)(report, Style()).encode())


def test_junit_counts_what_it_has() -> None:
    for _, report in reports():
        root = xml("junit", report)
        suites = root.findall("testsuite")
        assert root.get("failures") == str(sum(finding.severity >= Severity.WARNING for finding in report.findings))
        assert int(root.get("tests", "")) == len(root.findall("testsuite/testcase"))
        for suite in suites:
            assert suite.get("tests") == str(len(suite.findall("testcase")))
            assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        read = {path for node in report.nodes for path in node.haproxy + node.keepalived}
        assert len(suites) >= len(read)


def test_junit_fails_with_the_run() -> None:
    report = odd_report(3)
    for fail_on, failures in ((Severity.ERROR, 1), (Severity.WARNING, 2), (Severity.INFO, 3), (None, 0)):
        root = ElementTree.fromstring("".join(pieces("junit", report, fail_on)).encode())
        assert root.get("failures") == str(failures * len(PATHS))
        assert len(root.findall("testsuite/testcase/system-out")) == (3 - failures) * len(PATHS)


def test_checkstyle_has_an_error_for_each_finding() -> None:
    for _, report in reports():
        errors = xml("checkstyle", report).findall("file/error")
        assert [(e.get("line"), e.get("severity"), e.get("source")) for e in errors] == [
            (str(f.location.line), f.severity.word, f"halb-lint.{f.code}") for f in report.findings
        ]
        for error, finding in zip(errors, report.findings, strict=True):
            assert f"help: {finding.help}" in (error.get("message") or "")
