"""halb.pyz on a machine that has nothing but Python: no site-packages, no network, and nowhere to write."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.programs import ROOT, Done, run
from tests.terminals import job
from tests.tools.one_file import build
from tests.tools.release_check import PLAN

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("one-file")]
_DEMO = ROOT / "tests/cases/demo-pair"
_START = ROOT / "tests/tools/one_file/start.py"
_PYTHON = (sys.executable, "-I", "-S")  # no variables, no site-packages


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("one-file") / "halb.pyz"
    build(target)
    return target


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's cache, which later tests find filled."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A cache folder that nobody can make, not even root."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "cache"


def call(archive: Path, cache: Path, *arguments: str | Path, cwd: Path = ROOT, before: tuple[str, ...] = ()) -> Done:
    command = [*before, *_PYTHON, archive, *arguments]
    env = {"XDG_CACHE_HOME": str(cache), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def test_lint_says_what_the_installed_command_says(archive: Path, cache: Path) -> None:
    expected = run("--no-config", str(_DEMO), cwd=ROOT)
    assert "XN002" in expected.stdout
    for _ in range(2):  # unpacked, and found
        assert call(archive, cache, "lint", "--no-config", _DEMO) == expected
    (folder,) = (cache / "halb" / "app").iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.glob("rules/__pycache__/*.pyc"))  # compiled once, not at every start


def test_nothing_has_to_be_writable(archive: Path, nowhere: Path) -> None:
    assert call(archive, nowhere, "lint", "--no-config", _DEMO) == run("--no-config", str(_DEMO), cwd=ROOT)


@pytest.mark.root
def test_no_network_is_needed(archive: Path, cache: Path) -> None:
    done = call(archive, cache, "lint", "--no-config", _DEMO, before=("unshare", "--net"))
    assert done == run("--no-config", str(_DEMO), cwd=ROOT)


def test_a_link_is_the_command_of_its_name(archive: Path, cache: Path, tmp_path: Path) -> None:
    wizard, lint = tmp_path / "halb-wizard", tmp_path / "halb-lint.pyz"
    wizard.symlink_to(archive)
    shutil.copy(archive, lint)
    (tmp_path / "halb.toml").write_text(PLAN)
    done = call(wizard, cache, "render", "--output", "out", cwd=tmp_path)
    assert done.status == 0, done.stderr
    assert call(lint, cache, "out", cwd=tmp_path).status == 0
    assert run("render", "--output", "other", cwd=tmp_path, module="wizard").status == 0
    for written in (tmp_path / "other").rglob("*"):
        if written.is_file():
            assert (tmp_path / "out" / written.relative_to(tmp_path / "other")).read_bytes() == written.read_bytes()


def test_yaml_is_read_too(archive: Path, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "kubeadm.yaml").write_text(
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\ncontrolPlaneEndpoint: 'http://a b'\n"
    )
    assert "K8004" in call(archive, cache, "lint", "--no-config", tmp_path / "kubeadm.yaml").stdout


def test_the_wizard_opens_where_nothing_can_be_unpacked(archive: Path, nowhere: Path, tmp_path: Path) -> None:
    program = [*_PYTHON, str(archive), "wizard"]
    with job(str(tmp_path), "--offline", program=program, XDG_CACHE_HOME=str(nowhere)) as wizard:
        wizard.until("Cutover")
        wizard.type("\x11")
        assert wizard.report() == ("ended", 0, True)


def test_an_unpacked_folder_that_others_can_write_to_is_not_used(archive: Path, tmp_path: Path) -> None:
    assert call(archive, tmp_path, "--version").status == 0
    (folder,) = (tmp_path / "halb" / "app").iterdir()
    (folder / "rules" / "command" / "start.py").write_text("raise SystemExit('not ours')")
    assert call(archive, tmp_path, "--version").stderr == "not ours\n"
    folder.chmod(0o777)
    assert call(archive, tmp_path, "--version").status == 0


@pytest.mark.root
def test_root_unpacks_nothing_in_the_home_of_somebody_else(archive: Path, tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    assert call(archive, tmp_path, "--version").status == 0
    assert list(tmp_path.iterdir()) == []


def test_few_old_builds_stay_unpacked(archive: Path, tmp_path: Path) -> None:
    for age in range(4):
        old = tmp_path / "halb" / "app" / f"old{age}"
        old.mkdir(parents=True)
        os.utime(old, (1_000_000_000 - age, 1_000_000_000 - age))
    call(archive, tmp_path, "--version")
    assert sorted(p.name for p in (tmp_path / "halb" / "app").iterdir() if p.name.startswith("old")) == ["old0", "old1"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((), 2, "say which command"),
        (("lnit",), 2, "unknown command 'lnit'"),
        (("--help",), 0, "usage: halb.pyz lint"),
        (("lint", "--nodes"), 2, "did you mean '--node'"),
        (("wizard", "render"), 2, "halb-wizard"),
    ],
)
def test_what_is_asked_for_wrongly(
    archive: Path, cache: Path, tmp_path: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    done = call(archive, cache, *arguments, cwd=tmp_path)
    assert done.status == status
    assert words in done.stdout + done.stderr


def test_an_old_python_says_which_one_is_needed(tmp_path: Path) -> None:
    ast.parse(_START.read_text(encoding="utf-8"), feature_version=(3, 6))
    code = f"import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path({str(_START)!r}, run_name='__main__')"
    done = subprocess.run(
        [*_PYTHON, "-c", code], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "halb.pyz: needs Python 3.11 or newer; this is 3.9, and no other one was found\n"


def test_an_old_python_starts_a_newer_one(tmp_path: Path) -> None:
    newer = tmp_path / "python3.14"
    newer.write_text('#!/bin/sh\necho newer: "$@"\n')
    newer.chmod(0o755)
    code = f"import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path({str(_START)!r}, run_name='__main__')"
    command = [*_PYTHON, "-c", code, "lint", "lb1"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["newer:", str(_START), "lint", "lb1"], done.stderr


def test_the_file_holds_licences_and_nothing_of_one_platform(archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        assert {member.date_time for member in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # the same file each time
    assert not [name for name in names if name.endswith((".so", ".pyd", ".pyc"))]
    packages = {name.split("/")[0] for name in names if ".dist-info/" in name}
    licensed = {name.split("/")[0] for name in names if ".dist-info/" in name and "LICEN" in name.upper()}
    assert packages - licensed == set()
