"""The command line of `halb-wizard`: exit statuses, streams, what is wrong in words."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rules.command import UsageError
from tests.live.tls.api_servers import Behaviour
from tests.programs import ROOT
from tests.wizard.running import cluster, environment, run
from tests.wizard.verify.views import CUTOVER, MASTER, NAME, PLAN, VIP
from wizard.commands.arguments import COMMANDS, parse_arguments
from wizard.commands.options import OpenArguments, RenderArguments
from wizard.verify.options import VerifyOptions

UNASKED = ("--resolver", "127.0.0.1:1", "--timeout", "0.1")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["verfy"], "unknown command 'verfy'; did you mean 'verify'?"),
        (
            ["deploy"],
            "unknown command 'deploy'; known: import, render, rehearse and verify; write a folder that does not exist "
            "yet with a '/'",
        ),
        (["--watch"], "unknown option '--watch'; a command comes first: 'halb-wizard verify'"),
        (["./", "b"], "expected one folder, got also 'b'"),
        (["--ofline", "./"], "unknown option '--ofline'; did you mean '--offline'?"),
        (["./", "--resolver"], "argument --resolver: expected one argument; 'halb-wizard --help' shows the options"),
        (
            ["./", "--offline", "--resolver", "127.0.0.1"],
            "--offline asks nothing, so it can't be used with --resolver; leave one of them out",
        ),
        (
            ["--offline", "verify"],
            "'verify' is a command, and comes first: 'halb-wizard verify --help' shows its options",
        ),
        (["--offline", "verfy"], "unknown command 'verfy'; did you mean 'verify'?"),
        (["verify", "--wach"], "unknown option '--wach'; did you mean '--watch'?"),
        (["verify", "--zzz"], "unknown option '--zzz'; 'halb-wizard verify --help' shows the options"),
        (["verify", "a.toml", "b.toml"], "expected one halb.toml, got also 'b.toml'"),
        (
            ["verify", "--format"],
            "argument --format: expected one argument; 'halb-wizard verify --help' shows the options",
        ),
        (["verify", "a", "--format", "jsn"], "invalid --format 'jsn'; did you mean 'json'?"),
        (["verify", "a", "--color", "blue"], "invalid --color 'blue'; expected auto, always or never"),
        (["verify", "a", "--phase", "cut-over"], "invalid --phase 'cut-over'; did you mean 'cutover'?"),
        (
            ["verify", "a", "--timeout", "soon"],
            "invalid --timeout 'soon'; expected seconds from 0.1 to 3600, such as 5",
        ),
        (["verify", "a", "--timeout", "nan"], "invalid --timeout 'nan'; expected seconds from 0.1 to 3600, such as 5"),
        (
            ["verify", "a", "--watch", "--interval", "0"],
            "invalid --interval '0'; expected seconds from 0.1 to 3600, such as 5",
        ),
        (["verify", "--interval", "3"], "--interval is the time between two rounds of --watch; use it with --watch"),
        (["verify", "none.toml"], "none.toml: No such file or directory"),
        (["verify", "."], "halb.toml: No such file or directory"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(tmp_path: Path, arguments: list[str], text: str) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.status, done.stdout, done.stderr) == (2, "", f"halb-wizard: {text}\n")


@pytest.mark.parametrize("command", [[], ["verify"]])
def test_a_resolver_that_is_no_address_is_refused(tmp_path: Path, command: list[str]) -> None:
    done = run(*command, str(tmp_path), "--resolver", "dns.example.com", cwd=tmp_path)
    assert done.status == 2
    assert done.stderr.startswith("halb-wizard: --resolver 'dns.example.com' is not an address")


def test_a_ca_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("hello\n")
    for name in ("ca.crt", "missing.crt"):
        done = run("verify", str(tmp_path), "--ca-file", name, cwd=tmp_path)
        assert done.status == 2
        assert name in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["."], ["new/"], ["--offline"], ["--resolver", "127.0.0.1:53", "new/"]])
def test_without_a_terminal_the_wizard_names_the_commands_that_need_none(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    for command in COMMANDS:
        assert f"halb-wizard {command}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_wizard_s_options_stand_before_or_behind_the_folder() -> None:
    for words in (["--offline", "new/"], ["new/", "--offline"]):
        assert parse_arguments(words) == OpenArguments(Path("new"), offline=True)
    asked = parse_arguments(["--resolver", "127.0.0.1:5353", "--resolver=::1"])
    assert isinstance(asked, OpenArguments)
    assert (asked.directory, asked.offline) == (Path(), False)
    assert [(str(one.address), one.port) for one in asked.resolvers or ()] == [("127.0.0.1", 5353), ("::1", 53)]


def test_a_folder_named_like_a_command_is_written_with_a_slash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "verify").mkdir()
    (tmp_path / "halb.toml").write_text(PLAN)
    monkeypatch.chdir(tmp_path)
    assert isinstance(parse_arguments(["verify"]), VerifyOptions)
    assert parse_arguments(["verify/"]) == OpenArguments(Path("verify"))


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["-h"], [".", "--offline", "--help"], ["verify", "--help"], ["verify", "-h", "--nonsense"]],
)
def test_help_goes_to_stdout(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: halb-wizard")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_schema_of_halb_toml_is_printed_for_editors(tmp_path: Path) -> None:
    done = run("--schema", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == (ROOT / "docs/halb.schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["--version"], ["verify", "--version"]])
def test_version(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith("halb-wizard ")


def test_no_halb_toml_anywhere(tmp_path: Path) -> None:
    done = run("verify", cwd=tmp_path)
    assert done.status == 2
    assert done.stderr.startswith("halb-wizard: no halb.toml here or in a folder above; ")


def test_the_nearest_halb_toml_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "one" / "two"
    below.mkdir(parents=True)
    (tmp_path / "halb.toml").write_text(PLAN)
    monkeypatch.chdir(below)
    assert plan_of("verify") == tmp_path / "halb.toml"
    (below / "halb.toml").write_text(PLAN)
    assert plan_of("verify") == plan_of("render", "-o", "out") == Path("halb.toml")
    assert plan_of("verify", str(tmp_path)) == tmp_path / "halb.toml"


def plan_of(*words: str) -> Path | None:
    arguments = parse_arguments(words)
    assert isinstance(arguments, VerifyOptions | RenderArguments)
    return arguments.path


def test_a_halb_toml_that_is_wrong_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "halb.toml").write_text(PLAN.replace("[vip]\naddress", "[vip]\nadress"))
    done = run("verify", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("halb-wizard: halb.toml:18: ")
    assert "did you mean 'address'?" in done.stderr


@pytest.mark.parametrize(
    ("plan", "key"),
    [
        (PLAN.replace(f'endpoint = "{NAME}"\n', ""), "endpoint = "),
        (f'[cluster]\nendpoint = "{NAME}"\n', "[[control_plane]]"),
        (f'[cluster]\nendpoint = "{NAME}"\nphase = "bootstrap"\n[vip]\naddress = "{VIP}/24"\n', "[[control_plane]]"),
        (CUTOVER.replace(f'[vip]\naddress = "{VIP}/24"\n', ""), "[vip]"),
        ('[lint]\nignore = ["KA"]\n', "endpoint = "),
    ],
)
def test_a_plan_that_lacks_something_is_told_the_key(tmp_path: Path, plan: str, key: str) -> None:
    (tmp_path / "halb.toml").write_text(plan)
    done = run("verify", *UNASKED, cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    assert key in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_name_is_wrong_then_right(tmp_path: Path) -> None:
    with cluster(tmp_path) as made:
        absent = run(*made.asking)
        assert (absent.status, absent.stderr) == (1, "")
        assert "NXDOMAIN" in absent.stdout
        assert f"{NAME}. 60 IN A {made.master.address}" in absent.stdout
        made.led_to = made.master.address
        made.master.behaviour = Behaviour.SERVE
        done = run(*made.asking)
        assert (done.status, done.stderr) == (0, "")
        assert "all passed" in done.stdout


def test_a_certificate_for_other_names_fails(tmp_path: Path) -> None:
    with cluster(tmp_path) as made:
        made.led_to = made.master.address
        made.master.behaviour = Behaviour.SERVE
        made.issue("kubernetes", "kube.other.example")
        done = run(*made.asking)
        assert done.status == 1
        assert "kube.other.example" in done.stdout
        assert f"--apiserver-cert-extra-sans={NAME}" in done.stdout


def test_the_ca_file_is_asked_for_its_word(tmp_path: Path) -> None:
    with cluster(tmp_path) as made:
        made.led_to = made.master.address
        made.master.behaviour = Behaviour.SERVE
        own = made.ca.write(tmp_path)
        assert run(*made.asking, "--ca-file", own).status == 0
        made.ca = type(made.ca)()
        other = run(*made.asking, "--ca-file", made.ca.write(tmp_path, "other.crt"))
        assert other.status == 1
        assert "does not vouch" in other.stdout


def test_json_is_for_programs(tmp_path: Path) -> None:
    with cluster(tmp_path) as made:
        done = run(*made.asking, "--format", "json")
        assert done.status == 1
        found = json.loads(done.stdout)
    assert found["schema"] == 1
    assert found["tool"]["name"] == "halb-wizard"
    assert found["endpoint"] == {"name": NAME, "port": 6443}
    assert found["phase"] == "bootstrap"
    assert found["asked_from"]["nodes"] == ["k8s-master1"]
    assert found["next"] == "resolvers"
    assert found["passed"] is False
    assert found["countdown"] == [{"server": made_label(found), "seconds": 60, "addresses": []}]
    assert [step["key"] for step in found["steps"]][:3] == ["vip-free", "name", "resolvers"]
    assert found["steps"][2]["lines"][0].keys() == {"status", "subject", "asked", "got", "todo"}


def made_label(found: dict[str, list[dict[str, list[dict[str, str]]]]]) -> str:
    return found["steps"][2]["lines"][0]["subject"]


def test_the_phase_of_the_command_line_counts(tmp_path: Path) -> None:
    (tmp_path / "halb.toml").write_text(PLAN.replace(f"{VIP}/24", "192.0.2.1/24").replace(MASTER, "127.0.0.1"))
    plan = (tmp_path / "halb.toml").read_text().replace("192.168.2.", "127.0.0.")
    (tmp_path / "halb.toml").write_text(plan.replace("[vip]\naddress", "[vip]\n# address"))
    done = run("verify", "--phase", "cutover", *UNASKED, cwd=tmp_path)
    assert done.status == 2
    assert "[vip]" in done.stderr
    bootstrap = run("verify", *UNASKED, cwd=tmp_path)
    assert bootstrap.status == 1
    assert "phase: bootstrap" in bootstrap.stdout


def test_colours_only_when_wanted(tmp_path: Path) -> None:
    with cluster(tmp_path) as made:
        assert "\x1b[" not in run(*made.asking).stdout
        assert "\x1b[" in run(*made.asking, "--color", "always").stdout
        assert "\x1b[" in run(*made.asking, FORCE_COLOR="1").stdout
        assert "\x1b[" not in run(*made.asking, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path: Path) -> None:
    with cluster(tmp_path) as made:
        process = subprocess.Popen(
            [sys.executable, "-m", "wizard", *made.asking],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
        process.stderr.close()
        assert (process.wait(), errors) == (1, b"")


def test_a_fault_of_its_own_is_status_3_without_a_traceback(tmp_path: Path) -> None:
    # A copy of the package with a module that fails when it is used.
    shutil.copytree(Path(__file__).parents[3] / "wizard", tmp_path / "wizard")
    (tmp_path / "wizard" / "verify" / "run.py").write_text("def verify(arguments):\n    return 1 / 0\n")
    (tmp_path / "halb.toml").write_text(PLAN)
    done = run("verify", cwd=tmp_path, PYTHONPATH=f"{tmp_path}:{Path(__file__).parents[3]}")
    assert (done.status, done.stdout) == (3, "")
    assert done.stderr.startswith("halb-wizard: internal error: ZeroDivisionError in verify (run.py:2)\n")
    assert "Traceback" not in done.stderr


def test_a_file_is_no_folder_for_the_files(tmp_path: Path) -> None:
    plan = tmp_path / "halb.toml"
    plan.write_text("")
    for word, said in (
        ("/etc/passwd", "'/etc/passwd' is a file, not a folder"),
        ("/etc/passwd/x", "'/etc/passwd' is a file, not a folder"),
        (str(plan), f"is a file; name its folder: 'halb-wizard {tmp_path}/'"),
    ):
        with pytest.raises(UsageError, match=re.escape(said)):
            parse_arguments([word])
