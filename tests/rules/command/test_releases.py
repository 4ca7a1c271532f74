"""Which release is meant: options, halb.toml, and this machine's programs, which are asked only for its own files."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from rules.command.on_demand.installed import PATIENCE, installed
from rules.files.inputs import read_local, read_paths
from tests.net.plugging import plugged
from tests.net.waiting import until
from tests.programs import ROOT, run
from wizard.rehearsal.lab.network import Net

CONF = """\
vrrp_script chk {
    script "/usr/bin/pgrep haproxy"
    interval 0.5
}
vrrp_instance API {
    state BACKUP
    interface eth0
    virtual_router_id 33
    priority 110
    track_script {
        chk
    }
    virtual_ipaddress {
        192.0.2.10/24
    }
}
"""
HAPROXY = """\
global
    daemon
defaults
    mode tcp
    timeout connect 5s
    timeout client 1m
    timeout server 1m
crt-store web
listen api
    bind :6443
    server cp1 192.0.2.21:6443 check
"""
KEEPALIVED_SAYS = 'echo "Keepalived v2.2.4 (08/21,2021)" >&2'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keepalived.conf").write_text(CONF)
    (tmp_path / "haproxy.cfg").write_text(HAPROXY)
    return tmp_path


def _programs(folder: Path, **scripts: str) -> str:
    """A folder with these shell scripts as programs; its path."""
    place = folder / "programs"
    place.mkdir(exist_ok=True)
    for name, script in scripts.items():
        (place / name).write_text(f"#!/bin/sh\n{script}\n")
        (place / name).chmod(0o755)
    return str(place)


# -- asked


@pytest.mark.parametrize(
    ("script", "release"),
    [
        ('echo "HAProxy version 2.6.12-1+deb12u3 2023/12/16 - https://haproxy.org/"', "2.6.12"),
        ('echo "HA-Proxy version 2.2.9-2+deb11u6 2023/12/14"', "2.2.9"),
        ('echo "HAProxy version 3.5-dev5-4e11ad4 2026/08/01"', "3.5"),
        ('echo "Keepalived v2.2.7 (01/16,2022)" >&2', None),
        ('echo "HAProxy version two"', None),
        ("exit 1", None),
        ("echo; echo HAProxy version 3.0.11; exit 3", "3.0.11"),
    ],
)
def test_haproxy_is_asked(tmp_path: Path, script: str, release: str | None) -> None:
    found = installed(["haproxy", "keepalived"], _programs(tmp_path, haproxy=script))
    assert found == ({} if release is None else {"haproxy": release})


def test_keepalived_answers_on_stderr(tmp_path: Path) -> None:
    path = _programs(tmp_path, keepalived=KEEPALIVED_SAYS, haproxy="echo HAProxy version 2.4.22 >&1")
    assert installed(["haproxy", "keepalived"], path) == {"keepalived": "2.2.4", "haproxy": "2.4.22"}


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("sleep 60 & sleep 60", id="hangs"),
        pytest.param("exec cat /dev/zero", id="never ends"),
        pytest.param("trap '' TERM HUP; while :; do :; done", id="ignores signals"),
        pytest.param("(sleep 60 >/dev/null 2>&1 &) ; exec >&- 2>&-; sleep 60", id="closes its output and stays"),
        pytest.param("head -c 5000 /dev/zero; echo; echo Keepalived v2.2.7", id="says too much first"),
    ],
)
def test_what_hangs_or_prints_rubbish_is_killed_and_not_known(tmp_path: Path, script: str) -> None:
    path = _programs(tmp_path, keepalived=f"echo $$ >{tmp_path}/number; {script}")
    began = time.monotonic()
    assert installed(["keepalived"], path) == {}
    assert time.monotonic() - began < PATIENCE + 0.5
    number = int((tmp_path / "number").read_text())
    # Killed is killed, but what the system still has to do for that takes its time.
    until(lambda: number not in map(_group, Path("/proc").glob("[0-9]*/stat")), lambda: "something of it still runs")


def _group(place: Path) -> int:
    try:
        state, _, group = place.read_text(errors="replace").rpartition(")")[2].split()[:3]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 0 if state == "Z" else int(group)


def test_what_cannot_be_started_is_not_known(tmp_path: Path) -> None:
    path = _programs(tmp_path)
    broken = Path(path, "keepalived")
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    assert installed(["keepalived", "haproxy"], path) == {}


# -- whether they are asked


def test_nothing_is_started_when_files_are_given(folder: Path) -> None:
    path = _programs(folder, **dict.fromkeys(("haproxy", "keepalived"), f"touch {folder}/asked; {KEEPALIVED_SAYS}"))
    toml = '[[lb]]\nname = "lb1"\nfiles = ["haproxy.cfg", "keepalived.conf"]\n'
    (folder / "halb.toml").write_text(toml)
    for arguments in (["."], ["keepalived.conf"], ["--node", "lb1=keepalived.conf"], [], ["--failover", "."]):
        done = run(*arguments, cwd=folder, PATH=f"{path}{os.pathsep}{os.environ['PATH']}")
        assert done.status == 1, done.stderr
        assert "installed" not in done.stderr
    assert not (folder / "asked").exists()


def test_only_this_machines_own_files_are_local(folder: Path) -> None:
    name = str(folder / "keepalived.conf")
    assert read_local(None, "lb1", [name]).local
    assert not read_paths([name], None, None, "lb1").local


@pytest.mark.root
@pytest.mark.parametrize(
    ("arguments", "said", "fraction"),
    [
        ((), "judged by what is installed here: haproxy 3.2.1, keepalived 2.2.4", "has a fraction"),
        (("--keepalived-version", "2.4"), "judged by what is installed here: haproxy 3.2.1", ""),
        (("--keepalived-version", "2.4", "--haproxy-version", "3.0"), "", ""),
    ],
)
def test_this_machines_programs_are_asked_for_its_own_files(
    folder: Path, arguments: tuple[str, ...], said: str, fraction: str
) -> None:
    programs = _programs(folder, keepalived=KEEPALIVED_SAYS, haproxy="echo HAProxy version 3.2.1-1 2025/06/10")
    with Net() as net:
        files = {
            "/etc/keepalived/keepalived.conf": folder / "keepalived.conf",
            "/etc/haproxy/haproxy.cfg": folder / "haproxy.cfg",
        }
        machine = plugged(net, "lb1", "eth0", "192.0.2.11/24", mounts=files)
        command = [sys.executable, "-m", "rules", "--no-config", "--format", "concise", *arguments]
        done = machine.run(*command, path=programs, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert ("installed" in done.stderr) is bool(said)
    assert said in done.stderr
    assert (fraction in done.stdout) if fraction else ("interval 0.5" not in done.stdout)


# -- which are accepted


@pytest.mark.parametrize("option", ["--keepalived-version", "--haproxy-version"])
@pytest.mark.parametrize("word", ["two", "2", "", "2.2.7-1", "v2.2", "2.x", "2.2.7.1", "latest"])
def test_what_is_no_release_is_refused(folder: Path, option: str, word: str) -> None:
    done = run(option, word, "keepalived.conf", cwd=folder)
    assert done.status == 2
    assert f"invalid {option} '{word}'; expected a release such as 2." in done.stderr


@pytest.mark.parametrize("words", [("2.2.7,2.3.3",), ("2.2.7", "--keepalived-version", "2.3.3")])
def test_two_releases_are_not_told_apart(folder: Path, words: tuple[str, ...]) -> None:
    done = run("--keepalived-version", *words, "keepalived.conf", cwd=folder)
    assert done.status == 2
    assert "takes one release for all nodes" in done.stderr


@pytest.mark.parametrize(
    ("option", "release", "said"),
    [
        ("--keepalived-version", "1.3.5", "keepalived 1.3.5 is older than 2.0.11"),
        ("--keepalived-version", "2.0.10", "keepalived 2.0.10 is older than 2.0.11"),
        ("--keepalived-version", "2.5", "keepalived 2.5 is newer than 2.4.3"),
        ("--keepalived-version", "2.4.9", "keepalived 2.4.9 is newer than 2.4.3"),
        ("--haproxy-version", "2.2", "haproxy 2.2 is older than 2.6"),
        ("--haproxy-version", "4.0", "haproxy 4.0 is newer than 3.5"),
        *(
            ("--keepalived-version", release, "")
            for release in ("2.0", "2.0.11", "2.1", "2.2.7", "2.3", "2.4", "2.4.3")
        ),
        *(("--haproxy-version", release, "") for release in ("2.6", "2.6.12", "2.7", "3.2.26", "3.4")),
    ],
)
def test_what_is_not_checked_is_said(folder: Path, option: str, release: str, said: str) -> None:
    done = run(option, release, "--format", "json", ".", cwd=folder)
    assert done.status in (0, 1)
    reasons = [item["reason"] for item in json.loads(done.stdout)["skipped"] if "not checked" in item["reason"]]
    assert [reason for reason in reasons if said and reason.startswith(said)] == reasons
    assert (said in done.stderr) if said else ("halb knows" not in done.stderr)
    assert "halb knows" not in run(option, release, "--quiet", ".", cwd=folder).stderr


def test_options_come_before_halb_toml(folder: Path) -> None:
    (folder / "halb.toml").write_text('[lint]\nkeepalived-version = "2.2.7"\nhaproxy-version = "2.6"\n')
    by_file = run("keepalived.conf", "haproxy.cfg", cwd=folder).stdout
    assert "interval 0.5" in by_file
    assert "crt-store" in by_file
    options = ("--keepalived-version", "2.4", "--haproxy-version", "3.2")
    by_options = run(*options, "keepalived.conf", "haproxy.cfg", cwd=folder).stdout
    assert "interval 0.5" not in by_options
    assert "crt-store" not in by_options
    assert "crt-store" in run(*options[:2], "keepalived.conf", "haproxy.cfg", cwd=folder).stdout
