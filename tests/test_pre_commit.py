"""The hook, in the real pre-commit: a change to one node's file is judged with the other node's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pre-commit")]

_CONF = """\
vrrp_instance API {{
    state BACKUP
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
}}
"""


def git(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    names = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main")
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env |= {
        "PATH": f"{Path(sys.executable).parent}:{env['PATH']}",
    }
    done = subprocess.run(["git", *names, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where pre-commit keeps the installed hook, from one test to the next."""
    folder = tmp_path_factory.mktemp("pre-commit-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRE_COMMIT_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def hook_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what the hook is installed from: the working tree as it is now."""
    source = tmp_path_factory.mktemp("hook") / "halb"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, source)
    for name in ("parsers", "rules", "wizard", "docs"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    git(source, "init", "-q")
    git(source, "add", "-A")
    git(source, "commit", "-q", "-m", "all")
    return source


@pytest.fixture
def repository(tmp_path: Path, hook_source: Path) -> Path:
    """A repository with a good pair, committed, and the hook installed."""
    folder = tmp_path / "cluster"
    for node, priority in (("lb1", 110), ("lb2", 100)):
        (folder / node).mkdir(parents=True)
        (folder / node / "keepalived.conf").write_text(_CONF.format(vrid=33, priority=priority))
    head = git(hook_source, "rev-parse", "HEAD").stdout.strip()
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hook_source}\n  rev: {head}\n  hooks:\n  - id: halb-lint\n"
    )
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a good pair")
    subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=folder, capture_output=True, check=True)
    return folder


def skip_without_hook(done: subprocess.CompletedProcess[str]) -> None:
    if "not installed" in done.stderr or "Could not find a version" in done.stdout + done.stderr:
        assert not os.environ.get("CI"), done.stdout + done.stderr
        pytest.skip("pre-commit can't install the hook: no package index in reach")


def test_a_cross_node_mistake_stops_the_commit(repository: Path) -> None:
    (repository / "lb2" / "keepalived.conf").write_text(_CONF.format(vrid=34, priority=100))
    git(repository, "add", "lb2/keepalived.conf")
    done = git(repository, "commit", "-m", "another number", check=False)
    skip_without_hook(done)
    assert done.returncode != 0
    assert "XN002 vrid-mismatch" in done.stdout + done.stderr
    assert git(repository, "log", "--oneline").stdout.count("\n") == 1

    (repository / "lb2" / "keepalived.conf").write_text(_CONF.format(vrid=33, priority=90))
    git(repository, "add", "lb2/keepalived.conf")
    git(repository, "commit", "-m", "a good change")
    assert git(repository, "log", "--oneline").stdout.count("\n") == 2


def test_a_commit_of_other_files_does_not_run_the_hook(repository: Path) -> None:
    (repository / "notes.md").write_text("hello\n")
    git(repository, "add", "notes.md")
    done = git(repository, "commit", "-m", "notes")
    assert "(no files to check)" in done.stdout + done.stderr


_HAPROXY = """\
listen api
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    bind *:6443;
"""


def test_the_hook_that_fixes_leaves_the_fixed_file_to_be_added(repository: Path) -> None:
    config = repository / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("id: halb-lint", "id: halb-lint-fix"))
    (repository / "lb1" / "haproxy.cfg").write_text(_HAPROXY)
    git(repository, "add", "-A")
    done = git(repository, "commit", "-m", "haproxy", check=False)
    skip_without_hook(done)
    assert done.returncode != 0
    assert "files were modified by this hook" in done.stdout + done.stderr
    assert (repository / "lb1" / "haproxy.cfg").read_text() == _HAPROXY.replace(";", "")
