"""Looking at whatever machine the tests run on: nothing raises, what can't be known has a reason, programs are
bounded.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Options, lint
from rules.engine.examples import Case, cases_of
from rules.engine.registry import Scope, all_rules
from rules.live.machine import commands
from rules.live.machine.commands import output_of
from rules.live.machine.look import LookFor, look_around
from rules.live.machine.observed import NotKnownError
from rules.live.machine.sockets import daemons
from rules.live.views.routers import free_vrid, heard_words
from tests.programs import run
from tests.rules.examples import HOST
from tests.rules.live.machine_notation import read_machine

RULES = [rule for rule in all_rules() if rule.scope is Scope.MACHINE]
BAD = [(rule.code, case) for rule in RULES for case in cases_of(rule.examples)]


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the only one in which programs are looked for."""
    monkeypatch.setattr(commands, "PROGRAM_FOLDERS", ())
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}.{os.pathsep}relative")
    return tmp_path


def program(folder: Path, text: str) -> None:
    (folder / "tool").write_text(f"#!/bin/sh\n{text}\n")
    (folder / "tool").chmod(0o755)


def test_a_program_s_output_is_read_in_the_c_locale(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    program(tools, "printf '%s %s \\377' \"$LC_ALL\" \"$1\"; printf 'noise' >&2")
    assert output_of("tool", "a;b") == "C a;b \ufffd"


def test_a_program_that_is_missing_fails_or_never_ends_has_a_reason(tools: Path) -> None:
    with pytest.raises(NotKnownError, match="'tool' is not installed; the package things has it"):
        output_of("tool", package="things")
    program(tools, "echo Operation not permitted >&2; exit 1")
    with pytest.raises(NotKnownError, match="'tool' fails: Operation not permitted"):
        output_of("tool")
    program(tools, f"echo $$ >{tools}/pid; while :; do read x </dev/zero; done & wait")
    start = time.monotonic()
    with pytest.raises(NotKnownError, match="did not answer in time"):
        output_of("tool", patience=0.3)
    assert time.monotonic() - start < 5
    assert not Path("/proc", (tools / "pid").read_text().strip()).exists()


def test_a_program_that_floods_is_stopped(tools: Path) -> None:
    program(tools, "while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done")
    with pytest.raises(NotKnownError, match="prints more than 8 MiB"):
        output_of("tool", patience=60)


def test_folders_that_are_relative_are_not_searched(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tools / "relative").mkdir()
    program(tools / "relative", "echo bad")
    monkeypatch.chdir(tools)
    assert commands.find("tool") is None


def test_this_machine_is_looked_at_and_each_source_answers_or_says_why() -> None:
    seen = look_around(LookFor(scripts=("/bin/sh", "/nowhere/check.sh")), seconds=0.1)
    sources = {need for rule in RULES for need in rule.needs}
    assert all(seen.unknown.values())
    assert seen.hostname
    if "interfaces" not in seen.unknown:
        assert any(nic.loopback for nic in seen.interfaces)
    if os.path.isdir("/proc/self/ns"):
        assert [script.problem for script in seen.scripts] == ["", "missing"]
        assert set(seen.unknown) <= sources | {"systemd"}


def test_other_systems_are_not_guessed_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.live.machine.look.sys.platform", "darwin")
    seen = look_around(LookFor(), seconds=0.1)
    assert {need for rule in RULES for need in rule.needs} <= set(seen.unknown)
    assert set(seen.unknown.values()) == {"this is known on Linux only"}


def test_a_machine_that_hides_processes_is_not_said_to_run_none(tmp_path: Path) -> None:
    (tmp_path / "proc/4242").mkdir(parents=True)
    with pytest.raises(NotKnownError, match="hidden; run it with sudo"):
        daemons(tmp_path)
    (tmp_path / "proc/1/ns").mkdir(parents=True)
    (tmp_path / "proc/1/comm").write_text("sh\n")
    for place, target in (("self/ns/pid", "pid:[1]"), ("1/ns/net", "net:[1]"), ("thread-self/ns/net", "net:[1]")):
        link = tmp_path / "proc" / place
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    with pytest.raises(NotKnownError, match="container"):
        daemons(tmp_path)


def test_on_a_machine_of_somebody_else_the_option_does_no_harm() -> None:
    plain = run("--no-config", "--fail-on", "never", "tests/cases/demo-pair")
    with_host = run("--no-config", "--fail-on", "never", "--host", "--timeout", "0.1", "tests/cases/demo-pair")
    assert with_host.stdout == plain.stdout
    assert "so nothing about this machine was judged" in with_host.stderr


def test_without_the_option_json_says_how_to_get_it() -> None:
    done = run("--no-config", "--fail-on", "never", "--format", "json", "tests/cases/demo-pair")
    assert done.stdout.count("add '--host' where the files are installed") == len(RULES)


@given(st.sampled_from(BAD), st.data())
def test_whatever_is_seen_or_not_no_rule_fails(example: tuple[str, Case], data: st.DataObject) -> None:
    _, case = example
    lines = case.files[HOST].splitlines(keepends=True)
    other = data.draw(st.sampled_from(BAD))[1].files[HOST].splitlines(keepends=True)
    kept = data.draw(st.lists(st.sampled_from(lines + other), unique=True))
    files = {path: text for path, text in case.files.items() if path != HOST}
    report = lint(files, Options(machine=read_machine("".join(kept))))
    assert report.crashes == ()


def test_vrids_that_are_free_and_routers_in_words() -> None:
    assert free_vrid({33, 34}, 33) == 35
    assert free_vrid(set(), 50) == 52  # 51 is in everybody's examples
    assert free_vrid(set(), 255) == 2
    assert free_vrid(set(range(1, 256)), 7) == 7
    seen = read_machine(
        "advert ens160: 192.0.2.1 VRID 51 priority 100 for 192.0.2.9\n"
        "advert ens160: 192.0.2.2 VRID 51 priority 90 for 192.0.2.9\n"
        "advert ens192: 198.51.100.1 VRID 7 priority 90 for 198.51.100.9\n"
    )
    assert heard_words(seen.adverts) == [
        "on ens160: VRID 51 (192.0.2.1 and 192.0.2.2)",
        "on ens192: VRID 7 (198.51.100.1)",
    ]
