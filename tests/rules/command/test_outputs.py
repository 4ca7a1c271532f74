"""`--output`, `--statistics` and `--baseline`: where findings go, and which of them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.programs import ROOT, run
from tests.tables import each

PAIR = ROOT / "tests" / "cases" / "blog-pair"


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    folder = tmp_path / "pair"
    shutil.copytree(PAIR, folder)
    return folder


# -- --output


def test_a_report_goes_to_stdout_and_to_several_files(pair: Path) -> None:
    outputs = [
        word for name in ("sarif", "gitlab", "junit", "checkstyle", "json") for word in ("--output", f"{name}=o.{name}")
    ]
    done = run(".", *outputs, cwd=pair)
    alone = run(".", cwd=pair)
    assert (done.stdout, done.status) == (alone.stdout, alone.status)
    for name in ("sarif", "gitlab", "junit", "checkstyle", "json"):
        assert (pair / f"o.{name}").read_text() == run(".", "--format", name, cwd=pair).stdout


def test_a_plain_file_takes_the_place_of_stdout(pair: Path) -> None:
    done = run(".", "--output", "a.txt", "--output", "sarif=b.sarif", "--output", "./c=d", cwd=pair)
    assert done.stdout == ""
    assert (pair / "a.txt").read_text() == (pair / "c=d").read_text() == run(".", cwd=pair).stdout
    assert json.loads((pair / "b.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize("name", ["sarif", "gitlab", "junit", "checkstyle"])
def test_without_findings_there_is_a_document_all_the_same(pair: Path, name: str) -> None:
    done = run(".", "--select", "KA012", "--format", name, cwd=pair)
    assert done.status == 0
    assert done.stdout.startswith({"sarif": '{"$schema"', "gitlab": "[]\n"}.get(name, "<?xml"))


def test_what_cannot_be_is_refused_with_what_to_write(pair: Path) -> None:
    (pair / "folder").mkdir()
    rows = {
        ("--output", "sarfi=x"): "invalid --output 'sarfi'; did you mean 'sarif'?",
        ("--output", "sarif="): "--output: a name of a file is missing; write FILE or FORMAT=FILE, such as sarif=halb.sarif",
        ("--output", "sarif=x", "--output", "x"): f"--output: '{pair}/x' would be written twice; give each format a file of its own",
        ("--output", "sarif=x", "--list-rules"): "--output sarif=FILE is for findings, and --list-rules shows none; leave one of them out",
        ("--output", "sarif=x", "--diff"): "--output sarif=FILE is for findings, and --diff shows none; leave one of them out",
        ("--format", "sarif", "--failover"): "--format sarif has no place for the failover table; leave out --failover, or write both: --failover --output sarif=FILE",
        ("--format", "junit", "--statistics"): "--statistics is a table or, with --format json, JSON; write both: --statistics --output junit=FILE",
        ("--write-baseline", "b", "--fix"): "--write-baseline writes that file and nothing else; leave out --fix, --diff and --output",
        ("--native", "--fix"): "--native is about the files on the disk; run it after --fix, without --diff",
        ("--output", "sarif=no/such/x"): "cannot write 'no/such/x': No such file or directory",
        ("--output", "sarif=folder"): "cannot write 'folder': Is a directory",
    }  # fmt: skip
    before = {path.name for path in pair.iterdir()}

    def refused(row: tuple[tuple[str, ...], str]) -> None:
        done = run(".", *row[0], cwd=pair)
        assert done.status == 2
        assert done.stderr.splitlines()[-1] == f"halb-lint: {row[1]}"
        assert {path.name for path in pair.iterdir()} == before

    each(((" ".join(words), (words, text)) for words, text in rows.items()), refused)


def test_the_failover_table_stands_beside_a_file_for_services(pair: Path) -> None:
    done = run(".", "--failover", "--output", "sarif=x.sarif", cwd=pair)
    assert "VIP " in done.stdout
    assert "VIP 192" not in (pair / "x.sarif").read_text().split('"results"')[0]
    json.loads((pair / "x.sarif").read_text())


def test_a_fixed_stdin_keeps_its_place_beside_files() -> None:
    text = (PAIR / "lb1/haproxy.cfg").read_bytes()
    plain = run("-", "--fix", stdin=text)
    done = run("-", "--fix", "--output", f"json={os.devnull}", stdin=text)
    assert done.stdout == plain.stdout != text.decode()
    assert done.stderr == plain.stderr


# -- --statistics


def test_statistics_count_the_findings_of_each_rule(pair: Path) -> None:
    done = run(".", "--statistics", cwd=pair)
    plain = run(".", "--format", "json", cwd=pair)
    findings = json.loads(plain.stdout)["findings"]
    rows = [line.split() for line in done.stdout.splitlines()]
    assert sum(int(row[0]) for row in rows) == len(findings)
    assert {row[2] for row in rows} == {finding["code"] for finding in findings}
    order = ["error", "warning", "info"]
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), key=order.index)
    assert done.status == plain.status == 1
    told = json.loads(run(".", "--statistics", "--format", "json", cwd=pair).stdout)
    assert [(row["findings"], row["severity"], row["code"]) for row in told["statistics"]] == [
        (int(row[0]), row[1], row[2]) for row in rows
    ]
    safe = [f["code"] for f in findings if f["fix"] is not None and f["fix"]["safety"] == "safe"]
    assert {row["code"]: row["fixable"] for row in told["statistics"]} == {row[2]: safe.count(row[2]) for row in rows}
    assert safe
    assert run(".", "--statistics", "--select", "KA012", cwd=pair).stdout == ""


# -- --baseline


def test_what_is_in_the_baseline_is_left_out_wherever_its_line_is(pair: Path) -> None:
    written = run(".", "--write-baseline", "b.json", cwd=pair)
    assert (written.status, written.stdout) == (0, "")
    assert written.stderr == "halb-lint: recorded 8 findings in b.json; leave them out with --baseline b.json\n"
    config = pair / "lb1" / "haproxy.cfg"
    config.write_text("# a line\n# more\n" + config.read_text())
    done = run(".", "--baseline", "b.json", cwd=pair)
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr == "halb-lint: nothing found in 4 files of 2 nodes (11 in the baseline)\n"


def test_a_new_finding_is_reported_beside_old_ones(pair: Path) -> None:
    run(".", "--write-baseline", "b.json", cwd=pair)
    config = pair / "lb1" / "keepalived.conf"
    config.write_text(config.read_text() + "odd_word 5\n")
    done = run(".", "--baseline", "b.json", cwd=pair)
    assert done.status == 1
    assert [line.split()[1] for line in done.stdout.splitlines()] == ["KA027"]


def test_the_second_of_two_alike_keeps_its_fingerprint(pair: Path) -> None:
    config = pair / "lb1" / "keepalived.conf"
    config.write_text(config.read_text() + "odd_word 5\n")
    run(".", "--write-baseline", "b.json", cwd=pair)
    config.write_text(config.read_text() + "odd_word 5\n")
    every = json.loads(run(".", "--format", "json", cwd=pair).stdout)["findings"]
    left = json.loads(run(".", "--format", "json", "--baseline", "b.json", cwd=pair).stdout)
    assert [f["fingerprint"] for f in left["findings"]] == [f["fingerprint"] for f in every if f["code"] == "KA027"][1:]
    assert left["summary"]["suppressed"] == len(every) - 1


def test_stale_entries_are_told_once_the_findings_are_gone(pair: Path) -> None:
    run(".", "--write-baseline", "b.json", cwd=pair)
    for node in ("lb1", "lb2"):
        config = pair / node / "haproxy.cfg"
        config.write_text(config.read_text().replace("maxconn 20", ""))
    stale = "HA006 server-maxconn-too-low in lb1/haproxy.cfg"
    assert stale in run(".", "--baseline", "b.json", cwd=pair).stderr
    assert "stale" not in run("lb1/keepalived.conf", "--baseline", "b.json", cwd=pair).stderr  # the file was not read
    assert "HA006" not in run(".", "--baseline", "b.json", "--ignore", "HA006", cwd=pair).stderr  # nor looked for
    assert stale not in run(".", "-q", "--baseline", "b.json", cwd=pair).stderr
    run(".", "--baseline", "b.json", "--write-baseline", "b.json", cwd=pair)
    assert "stale" not in run(".", "--baseline", "b.json", cwd=pair).stderr


def test_what_the_baseline_has_is_not_fixed(pair: Path) -> None:
    run(".", "--write-baseline", "b.json", cwd=pair)
    assert run(".", "--diff", cwd=pair).stdout != ""
    assert run(".", "--diff", "--baseline", "b.json", cwd=pair).stdout == ""


def test_a_baseline_that_is_none_is_refused_with_the_reason(pair: Path) -> None:
    (pair / "folder").mkdir()
    anew = "write it anew with --write-baseline b.json"
    entry = '{"fingerprint": "f", "code": "KA012", "name": "n", "node": "lb1", "file": 3}'
    rows = {
        "": f"is not JSON; {anew}",
        "\0": f"is not JSON; {anew}",
        "[" * 100_000: f"is not JSON; {anew}",
        '{"a": "\\ud800"': f"is not JSON; {anew}",
        "[]": f"is no baseline of halb-lint; {anew}",
        '{"schema": 1, "findings": []}': f"is no baseline of halb-lint; {anew}",
        '{"baseline": true}': f"is no baseline of halb-lint; {anew}",
        '{"baseline": 2, "findings": []}': "was written by a later halb-lint (format 2; this one, ",
        '{"baseline": 1}': f"is damaged: an entry is not as it was written; {anew}",
        '{"baseline": 1, "findings": [3]}': f"is damaged: an entry is not as it was written; {anew}",
        '{"baseline": 1, "findings": [], "files": [1]}': f"is damaged: an entry is not as it was written; {anew}",
        f'{{"baseline": 1, "findings": [{entry}]}}': f"is damaged: an entry is not as it was written; {anew}",
    }

    def refused(row: tuple[str, str]) -> None:
        (pair / "b.json").write_text(row[0])
        done = run(".", "--baseline", "b.json", cwd=pair)
        assert (done.status, done.stdout) == (2, "")
        assert done.stderr.startswith(f"halb-lint: --baseline b.json: {row[1]}")

    each(((text[:20], (text, words)) for text, words in rows.items()), refused)
    done = run(".", "--baseline", "none.json", cwd=pair)
    assert (done.status, done.stderr) == (
        2, "halb-lint: --baseline none.json: no such file; make it with --write-baseline none.json\n"
    )  # fmt: skip
    assert "is a directory" in run(".", "--baseline", "folder", cwd=pair).stderr


def test_a_baseline_is_whole_or_not_written(pair: Path) -> None:
    done = run(".", "no-such-file.cfg", "--write-baseline", "b.json", cwd=pair)
    assert done.status == 2
    assert "'b.json' was not written, as findings would be missing in it: no-such-file.cfg" in done.stderr
    assert not (pair / "b.json").exists()


# -- [lint] severity


def test_severities_are_those_of_halb_toml(pair: Path) -> None:
    config = pair / "halb.toml"
    config.write_text('[lint]\nseverity = { HA = "info", HA001 = "warning", KA004 = "info" }\n')
    done = json.loads(run(".", "--format", "json", cwd=pair).stdout)
    found = {finding["code"]: finding["severity"] for finding in done["findings"]}
    assert (found["HA001"], found["HA006"], found["KA004"]) == ("warning", "info", "info")
    assert run(".", "--fail-on", "error", cwd=pair).status == 0
    for text, words in {
        '{ HA99 = "info" }': "unknown rule 'HA99'",
        '{ HA001 = "warn" }': "'HA001' must be error, warning or info, not 'warn'",
        "3": 'must be a table, as in { KA012 = "info", HA = "error" }, not 3',
    }.items():
        config.write_text(f"[lint]\nseverity = {text}\n")
        refused = run(".", cwd=pair)
        assert refused.status == 2
        assert words in refused.stderr
