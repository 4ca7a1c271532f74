"""The command line: exit statuses, streams, bad input, secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from rules.command.arguments import FORMATS
from rules.command.on_demand.explain import explanation, list_rules
from rules.engine.registry import all_rules
from rules.files.inputs import read_local
from rules.report.style import Style
from tests.programs import ROOT, run

GOOD = """\
vrrp_instance API {
    state BACKUP
    interface eth0
    virtual_router_id 33
    priority 110
    virtual_ipaddress {
        192.0.2.10/24
    }
}
"""
WARNED = GOOD.replace("BACKUP\n", "MASTER\n    nopreempt\n")
PAIR = "tests/cases/blog-pair"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.conf").write_text(GOOD)
    (tmp_path / "warned.conf").write_text(WARNED)
    return tmp_path


def test_nothing_found(folder: Path) -> None:
    done = run("good.conf", cwd=folder)
    assert (done.status, done.stdout) == (0, "")
    assert done.stderr == "halb-lint: nothing found in 1 file of 1 node\n"


def test_findings_go_to_stdout_and_the_summary_to_stderr(folder: Path) -> None:
    done = run("warned.conf", cwd=folder)
    assert done.status == 1
    assert done.stdout.startswith("warned.conf:3:5: KA012 master-with-nopreempt ")
    assert done.stdout.count("\n") == 1
    assert done.stderr == "halb-lint: 1 warning in 1 file of 1 node\n"


@pytest.mark.parametrize(("fail_on", "status"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_fail_on(folder: Path, fail_on: str, status: int) -> None:
    assert run("--fail-on", fail_on, "warned.conf", cwd=folder).status == status


@pytest.mark.parametrize("word", ["KA012", "ka012", "master-with-nopreempt", "KA", "KA01"])
def test_select_and_ignore(folder: Path, word: str) -> None:
    assert "KA012" in run("--select", word, "warned.conf", cwd=folder).stdout
    assert "KA012" not in run("--ignore", word, "warned.conf", cwd=folder).stdout


def test_a_selected_rule_outlives_an_ignored_group(folder: Path) -> None:
    assert "KA012" in run("--select", "KA012", "--ignore", "KA", "warned.conf", cwd=folder).stdout


def test_quiet(folder: Path) -> None:
    assert run("--quiet", "warned.conf", cwd=folder).stderr == ""


def test_stdin(folder: Path) -> None:
    done = run("-", "--stdin-filename", "lb1/keepalived.conf", stdin=WARNED.encode(), cwd=folder)
    assert done.stdout.startswith("lb1/keepalived.conf:3:5: KA012 ")


def test_output_is_written_to_a_file(folder: Path) -> None:
    done = run("--format", "json", "--output", "out.json", "warned.conf", cwd=folder)
    assert done.stdout == ""
    assert json.loads((folder / "out.json").read_text())["summary"]["warning"] == 1
    assert sorted(os.listdir(folder)) == ["good.conf", "out.json", "warned.conf"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--frmat", "json", "good.conf"], "unknown option '--frmat'; did you mean '--format'?"),
        (["--zzz", "good.conf"], "unknown option '--zzz'; run 'halb-lint --help' for the options"),
        (["--format", "jsn", "good.conf"], "invalid --format 'jsn'; did you mean 'json'?"),
        (["--fail-on", "never-ever", "good.conf"], "invalid --fail-on 'never-ever'; did you mean 'never'?"),
        (["--kind", "nginx", "good.conf"], "invalid --kind 'nginx'; expected haproxy or keepalived"),
        (["--select", "KA912", "good.conf"], "unknown rule 'KA912'; did you mean 'KA012'?"),
        (["--explain", "vrid-mismach"], "unknown rule 'vrid-mismach'; did you mean 'vrid-mismatch'?"),
        (["--node", "lb1", "good.conf"], "give the files either as PATH or with --node, not both"),
        (["--node", "lb1"], "--node 'lb1': write NAME=PATH[,PATH...], such as lb1=lb1/haproxy.cfg,lb1/keepalived.conf"),
        (["--config", "none.toml", "good.conf"], "none.toml: No such file or directory"),
        (["--output", "no/such/dir/x", "good.conf"], "cannot write 'no/such/dir/x': No such file or directory"),
        (["missing.conf"], "missing.conf: no such file or directory"),
        (["--format"], "argument --format: expected one argument; run 'halb-lint --help' for the options"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(folder: Path, arguments: list[str], text: str) -> None:
    done = run("--quiet", *arguments, cwd=folder)
    assert (done.status, done.stdout, done.stderr) == (2, "", f"halb-lint: {text}\n")


def test_an_empty_directory_is_an_error(folder: Path) -> None:
    (folder / "empty").mkdir()
    done = run("--quiet", "empty", cwd=folder)
    assert done.status == 2
    assert done.stderr == "halb-lint: empty: no haproxy.cfg or keepalived.conf in this directory or below it\n"


def test_other_files_are_linted_when_one_cannot_be_read(folder: Path) -> None:
    (folder / "strange.conf").write_text("server {\n}\n")
    done = run("missing.conf", "strange.conf", "warned.conf", cwd=folder)
    assert done.status == 2
    assert "KA012" in done.stdout
    assert "missing.conf: no such file or directory" in done.stderr
    assert "strange.conf: neither a haproxy.cfg nor a keepalived.conf; use '--kind' to say what it is" in done.stderr


def test_a_file_that_cannot_be_read(folder: Path) -> None:
    (folder / "loop.conf").symlink_to("loop.conf")
    done = run("--quiet", "loop.conf", "good.conf", cwd=folder)
    assert (done.status, done.stderr) == (2, "halb-lint: loop.conf: Too many levels of symbolic links\n")


@pytest.mark.parametrize(
    ("data", "what"), [(b"", "empty"), (b"\x7fELF\0\0\0", "not a text file"), (b"hello\n", "neither a haproxy.cfg nor")]
)
def test_files_that_are_no_configuration(folder: Path, data: bytes, what: str) -> None:
    (folder / "thing").write_bytes(data)
    done = run("thing", cwd=folder)
    assert done.status == 2
    assert done.stderr.startswith(f"halb-lint: thing: {what}")
    assert done.stderr.count("\n") == 1


def test_a_word_of_megabytes_is_cut_short(tmp_path: Path) -> None:
    (tmp_path / "haproxy.cfg").write_text("global\n    " + "x" * 2_000_000 + " 1\n")
    done = run("haproxy.cfg", cwd=tmp_path)
    assert done.status == 1
    assert len(done.stdout) < 1000


def test_a_template_is_left_alone(folder: Path) -> None:
    (folder / "keepalived.conf.j2").write_text("vrrp_instance {{ name }} {\n}\n")
    done = run("keepalived.conf.j2", cwd=folder)
    assert done.status == 0
    assert "keepalived.conf.j2: skipped because it is a template" in done.stderr


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x7fELF\x02\x01\x01\x00" + bytes(range(256)) * 40, id="binary"),
        pytest.param("vrrp_instance A {\n".encode("utf-16"), id="utf-16"),
        pytest.param(b"a {\n" * 10_000 + b"}\n" * 10_000, id="deep braces"),
        pytest.param(b"log " + b"x" * 2_000_000, id="2 MB line"),
        pytest.param(b"include keepalived.conf\ninclude *.conf\n" + GOOD.encode(), id="include cycle"),
        pytest.param("# Löwe\nvrrp_instance A {\n".encode("latin-1"), id="latin-1"),
        pytest.param(b'"', id="a quote"),
    ],
)
@pytest.mark.parametrize("name", ["keepalived.conf", "haproxy.cfg"])
@pytest.mark.parametrize("form", ["full", "json"])
def test_hostile_files_are_findings_at_most(tmp_path: Path, data: bytes, name: str, form: str) -> None:
    (tmp_path / name).write_bytes(data)
    done = run("--format", form, name, cwd=tmp_path)
    assert done.status in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert "internal" not in done.stderr


def test_nothing_named_and_nothing_installed(tmp_path: Path) -> None:
    absent = [str(tmp_path / "haproxy.cfg"), str(tmp_path / "keepalived.conf")]
    (error,) = read_local(None, "lb1", absent).errors
    assert error == f"nothing to lint: neither {absent[0]} nor {absent[1]} exists; pass files or directories"
    Path(absent[1]).write_text(GOOD)
    inputs = read_local(None, "lb1", absent)
    assert [node.keepalived for node in inputs.nodes] == [(absent[1],)]


def test_secrets_are_nowhere(tmp_path: Path) -> None:
    secrets = ["hunter2!", "adm1n-pw", "s3cretpass"]
    block = f"    authentication {{\n        auth_type PASS\n        auth_pass {secrets[0]}#x{{y}}\n    }}\n"
    (tmp_path / "keepalived.conf").write_text(GOOD.replace("    priority", block + "    priority"))
    (tmp_path / "haproxy.cfg").write_text(
        f"userlist people\n    user bob insecure-password {secrets[2]} groups g extra\n"
        f"listen stats\n    bind *:8404\n    stats auth admin:{secrets[1]} surplus\n    timeout client 5\n"
    )
    for form in FORMATS:
        done = run("--format", form, ".", cwd=tmp_path)
        for secret in secrets:
            assert secret not in done.stdout + done.stderr
            assert secret[:6] not in done.stdout + done.stderr


def test_colour_only_when_wanted(folder: Path) -> None:
    assert "\x1b[" not in run("warned.conf", cwd=folder).stdout
    assert "\x1b[" in run("--color", "always", "warned.conf", cwd=folder).stdout
    assert "\x1b[" in run("warned.conf", cwd=folder, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("warned.conf", cwd=folder, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_github_is_the_default_in_actions(folder: Path) -> None:
    done = run("warned.conf", cwd=folder, GITHUB_ACTIONS="true")
    assert done.stdout.startswith("::warning file=warned.conf,line=3,col=5,endLine=3,endColumn=14,title=KA012")


def test_json(folder: Path) -> None:
    report = json.loads(run("--format", "json", PAIR).stdout)
    assert report["schema"] == 1
    assert report["tool"]["name"] == "halb-lint"
    assert [node["name"] for node in report["nodes"]] == ["lb1", "lb2"]
    assert report["failover"] is None
    keys = {"code", "name", "severity", "message", "node", "file", "line", "column", "end_line", "end_column"}
    for finding in report["findings"]:
        assert set(finding) == keys | {"related", "help", "fingerprint", "fix"}
    order = [[f[k] for k in ("node", "file", "line", "column", "code")] for f in report["findings"]]
    assert order == sorted(order)
    assert len({finding["fingerprint"] for finding in report["findings"]}) == len(report["findings"])


def test_fingerprints_do_not_depend_on_the_line(folder: Path) -> None:
    def fingerprints() -> list[str]:
        return [
            f["fingerprint"] for f in json.loads(run("--format", "json", "warned.conf", cwd=folder).stdout)["findings"]
        ]

    before = fingerprints()
    (folder / "warned.conf").write_text("# a line more\n\n" + WARNED)
    assert fingerprints() == before


def test_explain_and_list_rules() -> None:
    done = run("--explain", "vrid-mismatch")
    assert done.stdout.startswith("XN002 vrid-mismatch (error)\n")
    assert "Why it hurts:" in done.stdout
    assert "virtual_router_id 34" in done.stdout
    assert run("--explain", "XN002").stdout == done.stdout
    listed = run("--list-rules").stdout.splitlines()
    assert any(line.startswith("XN002 error   vrid-mismatch") for line in listed)
    rules = json.loads(run("--list-rules", "--format", "json").stdout)["rules"]
    assert [rule["code"] for rule in rules] == [line.split()[0] for line in listed]


def test_version() -> None:
    assert run("--version").stdout.startswith("halb-lint ")


def test_ignore_comments(folder: Path) -> None:
    (folder / "warned.conf").write_text(WARNED.replace("nopreempt\n", "nopreempt   ! halb: ignore[KA012] until May\n"))
    done = run("warned.conf", cwd=folder)
    assert (done.status, done.stdout) == (0, "")
    assert "(1 suppressed)" in done.stderr
    (folder / "warned.conf").write_text("# halb: ignore-file[master-with-nopreempt] old\n" + WARNED)
    assert run("warned.conf", cwd=folder).stdout == ""


def test_configuration_of_the_linter(folder: Path) -> None:
    (folder / "halb.toml").write_text('[lint]\nignore = ["KA012"]\n')
    assert run("warned.conf", cwd=folder).stdout == ""
    assert "KA012" in run("--no-config", "warned.conf", cwd=folder).stdout
    (folder / "halb.toml").write_text('[lint]\nper-file-ignores = { "warned*" = ["KA012"] }\n')
    assert run("warned.conf", cwd=folder).stdout == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[lint]\nignroe = []\n", "unknown key 'ignroe' in [lint]; did you mean 'ignore'?"),
        ("[lint]\nselect = 3\n", '[lint] select must be a list of strings, as in ["KA", "XN002"]'),
        ("[lint\n", "Expected ']' at the end of a table declaration (at line 1, column 6)"),
        ("[lb]\nname = 'x'\n", "'lb' must be written as [[lb]], one table per load balancer"),
        ("[[lb]]\nfiles = []\n", "[[lb]] number 1 has no name"),
        ("[lint]\nhaproxy-version = 2.8\n", '[lint] haproxy-version must be a release such as "2.8", not 2.8'),
        ('[lint]\nselect = ["KA999"]\n', "unknown rule 'KA999'; did you mean 'KA"),
    ],
)
def test_a_wrong_configuration_is_one_line(folder: Path, text: str, message: str) -> None:
    (folder / "halb.toml").write_text(text)
    done = run("--quiet", "good.conf", cwd=folder)
    assert done.status == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_output_is_the_same_every_time() -> None:
    first = run("--format", "json", PAIR, PYTHONHASHSEED="1").stdout
    assert run("--format", "json", PAIR, PYTHONHASHSEED="2").stdout == first


def test_a_closed_pipe_is_no_fault() -> None:
    import subprocess
    import sys

    command = f"{sys.executable} -m rules --list-rules | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_load_balancers_without_files_have_those_that_the_wizard_wrote(folder: Path) -> None:
    plan = folder / "plan"
    written = plan / "lb1" / "etc" / "keepalived"
    written.mkdir(parents=True)
    (plan / "halb.toml").write_text('[[lb]]\nname = "lb1"\n\n[[lb]]\nname = "lb2"\n')
    (written / "keepalived.conf").write_text(WARNED)
    listed = run("--list-files", cwd=plan)
    assert listed.stdout.split() == ["lb1", "keepalived", str(Path("lb1/etc/keepalived/keepalived.conf"))]
    assert "KA012" in run(cwd=plan).stdout


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_explanation_is_wider_than_the_terminal(width: int) -> None:
    style = Style(width=width)
    for rule in all_rules():
        whole = explanation(rule, style)
        wide = [line for line in whole.splitlines() if len(line) > width]
        assert [line for line in wide if max(map(len, line.split())) + len(line) - len(line.lstrip()) < width - 8] == []
        assert rule.documentation.split() == whole.split()[3 : 3 + len(rule.documentation.split())]


def test_on_a_terminal_no_line_of_the_list_of_rules_is_too_long() -> None:
    lines = list_rules(Style(width=80), whole=False).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(not line.startswith(" ") for line in lines) == len(all_rules())
