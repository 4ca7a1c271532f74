"""install.sh, run as its user runs it: below another root, and on a machine of its own."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.net.plugging import plugged
from tests.programs import Done
from tests.wizard.plans import ARTICLE
from tests.wizard.render.kinds import DUAL, PODS
from tests.wizard.rendered import put_files
from wizard.plan.plan import Plan
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net
from wizard.render.files import render

pytestmark = pytest.mark.slow

INSTALLED = {
    "etc/haproxy/haproxy.cfg": 0o644,
    "etc/keepalived/check-haproxy": 0o755,
    "etc/keepalived/keepalived.conf": 0o640,
    "etc/systemd/system/keepalived.service.d/halb.conf": 0o644,
}
SMALL = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(maxconn=4000))
"""Machines for tests are often not allowed the 42,000 open files that 20,000 connections need."""


def rendered(folder: Path, plan: Plan = ARTICLE) -> Path:
    """The folder of the first load balancer."""
    put_files(folder, render(plan))
    return folder / plan.load_balancers[0].name


def install(source: Path, *arguments: str, umask: int = 0o022) -> Done:
    done = subprocess.run(
        ["sh", str(source / "install.sh"), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        umask=umask,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def tree(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def backup(root: Path) -> Path:
    (found,) = (root / "var" / "backups").iterdir()
    return found


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o000])
def test_the_files_get_their_modes_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    root.mkdir()
    done = install(source, "--root", str(root), umask=umask)
    assert (done.status, done.stderr) == (0, "")
    for path, mode in INSTALLED.items():
        assert stat.S_IMODE((root / path).stat().st_mode) == mode
        assert (root / path).read_text() == (source / path).read_text()
    assert stat.S_IMODE(backup(root).stat().st_mode) == 0o700


def test_nothing_is_left_behind_but_the_files_and_the_backup(tmp_path: Path) -> None:
    source, root = rendered(tmp_path / "out", PODS._replace(haproxy=PODS.haproxy._replace(bind="vip"))), tmp_path / "r"
    root.mkdir()
    assert install(source, "--root", str(root)).status == 0
    own = {path for path in tree(source) if path != "install.sh"}
    assert {path for path in tree(root) if not path.startswith("var/backups/")} == own


def test_a_rollback_brings_back_what_was_there_and_removes_what_was_not(tmp_path: Path) -> None:
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    (root / "etc" / "haproxy").mkdir(parents=True)
    old = root / "etc" / "haproxy" / "haproxy.cfg"
    old.write_text("# mine\n")
    old.chmod(0o600)
    before = tree(root)
    assert install(source, "--root", str(root)).status == 0
    assert old.read_text() != "# mine\n"
    kept = backup(root)
    done = install(source, "--root", str(root), "--rollback", str(kept))
    assert (done.status, done.stderr) == (0, "")
    shutil.rmtree(root / "var")
    assert tree(root) == before
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


def test_two_runs_in_one_second_keep_two_backups(tmp_path: Path) -> None:
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    root.mkdir()
    config = source / "etc" / "haproxy" / "haproxy.cfg"
    for number in range(3):
        config.write_text(f"{config.read_text()}# {number}\n")
        assert install(source, "--root", str(root)).status == 0
    assert len(list((root / "var" / "backups").iterdir())) == 3


def test_a_second_run_has_nothing_to_do_and_a_wrong_mode_is_something(tmp_path: Path) -> None:
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    root.mkdir()
    assert install(source, "--root", str(root)).status == 0
    done = install(source, "--root", str(root))
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith("nothing to do: all files of haproxy-lb1 are installed")
    check = root / "etc" / "keepalived" / "check-haproxy"
    check.chmod(0o644)
    done = install(source, "--root", str(root))
    assert f"the same, with another mode: {check}\n" in done.stdout
    assert stat.S_IMODE(check.stat().st_mode) == 0o755


def test_a_dry_run_changes_nothing_and_says_what_would_be_done(tmp_path: Path) -> None:
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    (root / "etc" / "haproxy").mkdir(parents=True)
    (root / "etc" / "haproxy" / "haproxy.cfg").write_text("# mine\n")
    before = tree(root)
    done = install(source, "--dry-run", "--root", str(root))
    assert done.status == 0
    assert tree(root) == before
    lines = len((source / "etc" / "haproxy" / "haproxy.cfg").read_text().splitlines())
    assert done.stdout.splitlines() == [
        f"changed: {root}/etc/haproxy/haproxy.cfg (+{lines} -1 lines)",
        *(f"new: {root}/{path}" for path in list(INSTALLED)[1:]),
        "nothing is changed; without --dry-run this would be done",
    ]


def test_a_dry_run_of_a_rollback_changes_nothing(tmp_path: Path) -> None:
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    root.mkdir()
    assert install(source, "--root", str(root)).status == 0
    before = tree(root)
    done = install(source, "--dry-run", "--root", str(root), "--rollback", str(backup(root)))
    assert done.status == 0
    assert f"would remove: {root}/etc/haproxy/haproxy.cfg\n" in done.stdout
    assert tree(root) == before


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["--frobnicate"], 2, "install.sh: unknown option --frobnicate; 'sh install.sh --help' shows the options\n"),
        (["--root"], 2, "install.sh: --root wants a folder; 'sh install.sh --help' shows the options\n"),
        (["--root", "/nonexistent"], 1, "install.sh: there is no folder /nonexistent\n"),
    ],
)
def test_a_wrong_command_line_is_explained(tmp_path: Path, arguments: list[str], status: int, text: str) -> None:
    done = install(rendered(tmp_path), *arguments)
    assert (done.status, done.stdout, done.stderr) == (status, "", text)


def test_a_folder_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    root.mkdir()
    done = install(source, "--root", str(root), "--rollback", str(root))
    assert done.status == 1
    assert done.stderr.startswith(f"install.sh: {root} is no backup of this script")


def test_a_configuration_that_only_root_could_read_stays_so(tmp_path: Path) -> None:
    """Others may keep passwords in the haproxy.cfg that halb's sections are merged into."""
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    there = root / "etc" / "haproxy" / "haproxy.cfg"
    there.parent.mkdir(parents=True)
    there.write_text("# of others\n")
    there.chmod(0o600)
    assert install(source, "--root", str(root)).status == 0
    assert there.read_text() == (source / "etc" / "haproxy" / "haproxy.cfg").read_text()
    assert stat.S_IMODE(there.stat().st_mode) == 0o600


def test_half_a_copy_is_refused(tmp_path: Path) -> None:
    source, root = rendered(tmp_path / "out"), tmp_path / "root"
    root.mkdir()
    (source / "etc" / "haproxy" / "haproxy.cfg").unlink()
    done = install(source, "--root", str(root))
    assert done.status == 1
    assert "etc/haproxy/haproxy.cfg is missing" in done.stderr
    assert tree(root) == {}


@pytest.mark.daemon("shellcheck")
@pytest.mark.parametrize("plan", [ARTICLE, PODS, DUAL], ids=["article", "static pods", "dual stack"])
def test_shellcheck_has_nothing_to_say(tmp_path: Path, plan: Plan) -> None:
    source = rendered(tmp_path, plan)
    scripts = [source / "install.sh", source / "etc" / "keepalived" / "check-haproxy"]
    done = subprocess.run(["shellcheck", "--shell=sh", *map(str, scripts)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


# --- on a machine


@contextmanager
def machine(folder: Path, *, interface: str = "ens160", address: str = "192.168.2.141/24") -> Iterator[Machine]:
    """The first load balancer of the article, with /etc/haproxy, /etc/keepalived, /run and /var/backups of its own.

    `systemctl` there writes down what it is asked, and does nothing.
    """
    folders = {here: folder / here.strip("/") for here in ("/etc/haproxy", "/etc/keepalived", "/run", "/var/backups")}
    for path in folders.values():
        path.mkdir(parents=True)
    folder.chmod(0o755)
    tools = folder / "bin"
    tools.mkdir()
    systemctl = tools / "systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$@" >>{folder}/asked\n')
    systemctl.chmod(0o755)
    with Net() as net:
        yield plugged(net, "lb", interface, address, mounts=folders)


def _asked(folder: Path) -> list[str]:
    """What systemctl was asked."""
    return (folder / "asked").read_text().splitlines() if (folder / "asked").exists() else []


def run(folder: Path, on: Machine, source: Path, *arguments: str) -> Done:
    return on.run("sh", str(source / "install.sh"), *arguments, path=str(folder / "bin"))


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived")
def test_what_the_daemons_refuse_is_not_installed(tmp_path: Path) -> None:
    source, folder = rendered(tmp_path / "out", SMALL), tmp_path / "lb"
    folder.mkdir()
    for name, daemon in (("haproxy/haproxy.cfg", "haproxy"), ("keepalived/keepalived.conf", "keepalived")):
        path = source / "etc" / name
        good = path.read_text()
        path.write_text(good + "frobnicate 1\n")
        (folder / daemon).mkdir()
        with machine(folder / daemon) as lb:
            done = run(folder / daemon, lb, source)
        assert done.status == 1
        assert done.stderr.endswith(f"install.sh: {daemon} refuses etc/{name}; nothing is changed\n")
        assert not [path for path in INSTALLED if (folder / daemon / path).exists()]
        assert not [line for line in _asked(folder / daemon) if not line.startswith("show")]
        assert not list((folder / daemon / "run").glob("halb.*"))
        path.write_text(good)


@pytest.mark.root
@pytest.mark.parametrize(
    ("interface", "address", "wanted"),
    [
        ("ens160", "192.168.2.149/24", "and the files are for haproxy-lb1 (192.168.2.141)"),
        ("ens160", "192.168.2.14/24", "and the files are for haproxy-lb1 (192.168.2.141)"),
        ("eth0", "192.168.2.141/24", "there is no interface ens160"),
    ],
)
def test_another_machine_is_refused(tmp_path: Path, interface: str, address: str, wanted: str) -> None:
    source, folder = rendered(tmp_path / "out"), tmp_path / "lb"
    folder.mkdir()
    with machine(folder, interface=interface, address=address) as lb:
        done = run(folder, lb, source)
    assert done.status == 1
    assert wanted in done.stderr
    assert not (folder / "asked").exists()


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived")
def test_another_machine_is_installed_by_force(tmp_path: Path) -> None:
    source, folder = rendered(tmp_path / "out", SMALL), tmp_path / "lb"
    folder.mkdir()
    with machine(folder, address="192.168.2.149/24") as lb:
        done = run(folder, lb, source, "--force", "--dry-run")
    assert (done.status, done.stderr) == (0, "")
    assert "new: /etc/keepalived/keepalived.conf\n" in done.stdout


@pytest.mark.root
def test_without_root_it_says_so(tmp_path: Path) -> None:
    script = (rendered(tmp_path) / "install.sh").read_text()
    with TemporaryDirectory() as name:  # the parents of tmp_path are root's alone
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "install.sh").write_text(script)
        done = subprocess.run(
            ["sh", str(folder / "install.sh")], capture_output=True, text=True, check=False, user=65534, group=65534
        )
    assert (done.returncode, done.stderr) == (1, "install.sh: run this as root\n")
