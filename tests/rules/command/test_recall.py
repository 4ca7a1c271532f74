"""The cache of results: the same answer as without it, whatever changes, and no trouble of its own."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.programs import ROOT, Done, environment, run

_HAPROXY = "listen api\n    bind :6443\n    mode tcp\n    server cp1 192.0.2.21:6443 check\n"
_KEEPALIVED = """\
include conf.d/*.conf
vrrp_instance API {{
    state BACKUP
    interface eth0
    virtual_router_id {vrid}
    priority 100
    authentication {{
        auth_type PASS
        auth_pass hunter22
    }}
    virtual_ipaddress {{
        192.0.2.10/24
    }}
}}
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Two nodes with different VRIDs, one of them with an included file, below a folder to run in."""
    folder = tmp_path / "fleet"
    for name, vrid in (("lb1", 61), ("lb2", 16)):
        (folder / name / "conf.d").mkdir(parents=True)
        (folder / name / "haproxy.cfg").write_text(_HAPROXY)
        (folder / name / "keepalived.conf").write_text(_KEEPALIVED.format(vrid=vrid))
    (folder / "lb1" / "conf.d" / "one.conf").write_text("static_ipaddress {\n}\n")
    return folder


class Cached:
    """halb-lint with a cache of its own; `hit` tells whether the last run left the entry that was there."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder, self.cache, self.hit = folder, cache, False

    @property
    def entries(self) -> list[Path]:
        return sorted(self.cache.glob("halb/lint/*"))

    def __call__(self, *arguments: str, cwd: Path | None = None, **variables: Any) -> Done:
        before = {(path, path.stat().st_ino) for path in self.entries}
        own: dict[str, Any] = {"HALB_NO_CACHE": "", "XDG_CACHE_HOME": str(self.cache)}
        done = run(*arguments, cwd=cwd or self.folder, **own, **variables)
        self.hit = bool(before) and before == {(path, path.stat().st_ino) for path in self.entries}
        plain = run(*arguments, "--no-cache", cwd=cwd or self.folder, **variables)
        assert done == plain
        return done


@pytest.fixture
def cached(fleet: Path, tmp_path: Path) -> Cached:
    return Cached(fleet, tmp_path / "cache")


@pytest.mark.parametrize(
    "arguments",
    [
        (".",),
        (".", "--format", "full"),
        (".", "--format", "json"),
        (".", "-q"),
        ("lb1/haproxy.cfg",),
        ("--list-rules",),
    ],
    ids=" ".join,
)
def test_an_unchanged_run_is_said_again(cached: Cached, arguments: tuple[str, ...]) -> None:
    first = cached(*arguments)
    assert cached(*arguments) == first
    assert cached.hit
    assert cached.cache.joinpath("halb", "lint").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in cached.entries} == {0o600}


def test_pyparsing_is_not_even_loaded(fleet: Path, tmp_path: Path) -> None:
    env = environment(HALB_NO_CACHE="", XDG_CACHE_HOME=str(tmp_path))
    command = [sys.executable, "-X", "importtime", "-m", "rules", "."]
    loaded = [subprocess.run(command, cwd=fleet, env=env, capture_output=True, text=True, check=False) for _ in "12"]
    assert loaded[0].stdout == loaded[1].stdout != ""
    heavy = ("pyparsing", "argparse", "typing", "hashlib", "rules.engine")
    assert all(name in loaded[0].stderr for name in heavy if name != "hashlib")
    assert not [name for name in heavy if name in loaded[1].stderr]


def _write(path: str, text: str) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)

    return write


def _chmod(path: str, mode: int) -> Callable[[Path], object]:
    return lambda folder: (folder / path).chmod(mode)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file": _write("lb2/keepalived.conf", _KEEPALIVED.format(vrid=61)),
    "a file more": _write("lb3/keepalived.conf", _KEEPALIVED.format(vrid=7)),
    "a file less": lambda folder: (folder / "lb1" / "haproxy.cfg").unlink(),
    "a node renamed": lambda folder: (folder / "lb2").rename(folder / "lb9"),
    "an included file": _write("lb1/conf.d/one.conf", "static_ipaddres {\n}\n"),
    "an included file more": _write("lb2/conf.d/two.conf", "no_such_word\n"),
    "an included file that may be executed": _chmod("lb1/conf.d/one.conf", 0o755),
    "a folder that is included": lambda folder: shutil.rmtree(folder / "lb2" / "conf.d"),
    "a file that was none of ours": _write("lb1/other.cfg", "global\n    maxconn x\n"),
    "a halb.toml": _write("halb.toml", '[lint]\nignore = ["ALL"]\n'),
    "a halb.toml above": _write("../halb.toml", '[lint]\nignore = ["ALL"]\n'),
    "a kubeadm file": _write("kubeadm.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_looked_at(cached: Cached, change: str) -> None:
    (cached.folder / "lb1" / "other.cfg").write_text("[section]\nof = another program\n")
    cached(".")
    CHANGES[change](cached.folder)
    cached(".")
    assert not cached.hit
    cached(".")
    assert cached.hit


def test_a_halb_toml_in_use_is_looked_at(cached: Cached) -> None:
    plan = '[[lb]]\nname = "lb1"\n\n[lint]\nignore = []\n'
    (cached.folder / "halb.toml").write_text(plan)
    (cached.folder / "lb1" / "etc" / "haproxy").mkdir(parents=True)
    shutil.copy(cached.folder / "lb1" / "haproxy.cfg", cached.folder / "lb1" / "etc" / "haproxy" / "haproxy.cfg")
    assert cached().status == 1
    cached()
    assert cached.hit
    (cached.folder / "halb.toml").write_text(plan.replace("[]", '["ALL"]'))
    assert cached().status == 0
    written = cached.folder / "lb1" / "etc" / "keepalived" / "keepalived.conf"  # looked for, and not there before
    written.parent.mkdir()
    written.write_text(_KEEPALIVED.format(vrid=5))
    assert "in 2 files" in cached().stderr


def test_a_baseline_is_looked_at(cached: Cached) -> None:
    cached(".", "--write-baseline", "base.json")
    assert not cached.entries
    assert cached(".", "--baseline", "base.json").status == 0
    (cached.folder / "base.json").write_text(json.dumps({"baseline": 1, "files": [], "findings": []}))
    assert cached(".", "--baseline", "base.json").status == 1


def test_what_else_an_output_depends_on(cached: Cached) -> None:
    cached(".")
    changed: tuple[dict[str, Any], ...] = ({"GITHUB_ACTIONS": "true"}, {"COLUMNS": "50"}, {"FORCE_COLOR": "1"})
    for variables in changed:
        cached(".", "--format", "full", **variables)
        assert not cached.hit
    cached(".", cwd=cached.folder / "lb1")
    assert not cached.hit
    cached(".")
    assert cached.hit


@pytest.mark.parametrize(
    "arguments",
    [
        (".", "--failover"),
        (".", "--output", "out.txt"),
        (".", "--diff"),
        ("missing.cfg",),
        (".", "--frmat"),
        (".", "--native"),
    ],
    ids=" ".join,
)
def test_what_is_more_than_files_or_went_wrong_is_not_kept(cached: Cached, arguments: tuple[str, ...]) -> None:
    cached(*arguments)
    assert not cached.entries


def test_stdin_is_not_kept(fleet: Path, tmp_path: Path) -> None:
    for text in (b"global\n    maxcon 5\n", b"global\n"):
        env: dict[str, Any] = {"HALB_NO_CACHE": "", "XDG_CACHE_HOME": str(tmp_path / "cache")}
        done = run("-", "--kind", "haproxy", cwd=fleet, stdin=text, **env)
        assert ("maxcon" in done.stdout) is (b"maxcon" in text)


def test_serving_an_editor_is_not_kept(cached: Cached) -> None:
    left = b'{"jsonrpc":"2.0","id":1,"method":"shutdown"}', b'{"jsonrpc":"2.0","method":"exit"}'
    begun = (
        b'{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{},"processId":null,"rootUri":null}}'
    )
    said = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(text), text) for text in (begun, *left))
    for _ in range(2):
        env: dict[str, Any] = {"HALB_NO_CACHE": "", "XDG_CACHE_HOME": str(cached.cache)}
        done = run("--lsp", cwd=cached.folder, stdin=said, **env)
        assert '"capabilities"' in done.stdout, done.stderr
    assert not cached.entries


def test_an_entry_that_was_tampered_with_is_as_none(cached: Cached) -> None:
    cached(".")
    (entry,) = cached.entries
    whole = entry.read_bytes()
    damages = [whole[:at] for at in range(0, len(whole), 301)]
    damages += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 301)]
    damages += [b"halb-lint 1\n", b"halb-lint 1\n" + b"9:1" + whole[-20:]]
    for damaged in damages:
        entry.write_bytes(damaged)
        inode = entry.stat().st_ino
        env: dict[str, Any] = {"HALB_NO_CACHE": "", "XDG_CACHE_HOME": str(cached.cache)}
        run(".", cwd=cached.folder, **env)
        assert entry.read_bytes() == whole  # written anew
        assert entry.stat().st_ino != inode


def test_a_folder_that_others_can_enter_is_not_used(cached: Cached) -> None:
    cached(".")
    (cached.cache / "halb" / "lint").chmod(0o755)
    os.utime(cached.entries[0], (0, 0))
    cached(".")
    assert cached.entries[0].stat().st_mtime == 0
    (cached.folder / "lb2" / "keepalived.conf").unlink()
    cached(".")
    assert cached.entries[0].stat().st_mtime == 0


def test_a_cache_that_cannot_be_written(cached: Cached) -> None:
    cached.cache.write_text("a file, no folder")
    cached(".")
    cached(".")


@pytest.mark.root
def test_root_makes_nothing_in_the_home_of_somebody_else(cached: Cached) -> None:
    cached.cache.mkdir()
    os.chown(cached.cache, 65534, 65534)
    cached(".")
    assert list(cached.cache.iterdir()) == []


def test_a_full_disk(fleet: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rules", "."],
        cwd=fleet,
        env=environment(HALB_NO_CACHE="", XDG_CACHE_HOME=str(tmp_path / "cache")),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == run(".", cwd=fleet).stdout
    assert not list((tmp_path / "cache" / "halb" / "lint").iterdir())


def test_the_oldest_entries_make_room(cached: Cached) -> None:
    folder = cached.cache / "halb" / "lint"
    folder.mkdir(parents=True, mode=0o700)
    for age in range(10):
        with (folder / f"old{age}").open("wb") as file:
            file.truncate(1 << 22)
        os.utime(folder / f"old{age}", (1_000_000_000 - age,) * 2)
    cached(".")
    left = [path.name for path in cached.entries if path.name.startswith("old")]
    assert left == [f"old{age}" for age in range(7)]  # 32 MiB together with the new one


def test_there_are_not_many_entries(cached: Cached) -> None:
    folder = cached.cache / "halb" / "lint"
    folder.mkdir(parents=True, mode=0o700)
    for age in range(600):
        (folder / f"old{age}").touch()
        os.utime(folder / f"old{age}", (1_000_000_000 - age,) * 2)
    cached(".")
    assert len(cached.entries) == 500
    assert (folder / "old498").exists()


def test_an_entry_has_no_more_than_was_printed(cached: Cached) -> None:
    done = cached(".", "--format", "json")
    (entry,) = cached.entries
    data = entry.read_bytes()
    assert done.stdout.encode() in data
    assert b"hunter22" not in data
    assert b"static_ipaddress" not in data


def test_another_halb_lint_says_it_anew(fleet: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in ("parsers", "rules"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("examples"))
    env = environment(HALB_NO_CACHE="", XDG_CACHE_HOME=str(tmp_path / "cache"), PYTHONPATH=str(copy))

    def entries() -> int:
        command = [sys.executable, "-m", "rules", "lb1/haproxy.cfg"]
        subprocess.run(command, cwd=fleet, env=env, capture_output=True, check=False)
        return len(list((tmp_path / "cache" / "halb" / "lint").iterdir()))

    assert [entries(), entries()] == [1, 1]
    rule = copy / "rules" / "checks" / "haproxy" / "unknown_keyword.py"
    rule.write_text(rule.read_text() + "# edited\n")
    assert entries() == 2
    installed = copy / "halb_wizard-9.9.dist-info"  # now the copy is an installation, whose files nobody edits
    installed.mkdir()
    assert entries() == 3
    (installed / "RECORD").write_text("")
    assert [entries(), entries()] == [4, 4]
