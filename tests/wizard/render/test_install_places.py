"""install.sh where something else stands in the place of a file, or where the disk says no."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.programs import Done
from tests.wizard.render.installing import backups, machine, rendered_folder, run, tree

pytestmark = pytest.mark.slow

HAPROXY, KEEPALIVED = "etc/haproxy/haproxy.cfg", "etc/keepalived/keepalived.conf"
BACK = "install.sh: stopped; the files that were there are back, and nothing is changed\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return rendered_folder(tmp_path / "rendered")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return machine(tmp_path / "root")


def mounted(source: Path, root: Path, mount: str) -> Done:
    """A run in a mount namespace of its own, in the machine's folder, after a shell command that mounts something."""
    script = f"{mount} && exec sh {shlex.quote(str(source / 'install.sh'))} --root ."
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=root, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("kind", ["fifo", "folder", "link to a folder"])
def test_what_is_no_file_is_refused_before_anything_is_changed(source: Path, root: Path, kind: str) -> None:
    place = root / KEEPALIVED
    place.parent.mkdir()
    if kind == "fifo":
        os.mkfifo(place)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("/etc")
    done = run(source, root)
    assert (done.status, done.stderr) == (1, f"install.sh: {place} is there and is not a file; move it away\n")
    assert (root / HAPROXY).read_text() == "# mine\n"
    assert not backups(root)


@pytest.mark.parametrize("target", ["other.cfg", "nowhere.cfg"])
def test_a_link_is_replaced_and_comes_back(source: Path, root: Path, target: str) -> None:
    other, place = root / "etc" / "haproxy" / "other.cfg", root / HAPROXY
    place.rename(other)
    place.symlink_to(target)
    done = run(source, root)
    assert done.status == 0
    assert f"{place} is a link to {target}: the link is replaced" in done.stdout
    assert not place.is_symlink()
    assert other.read_text() == "# mine\n"
    assert run(source, root, "--rollback", str(backups(root)[0])).status == 0
    assert place.readlink() == Path(target)


def test_what_a_file_has_beside_its_text_is_kept_and_comes_back(source: Path, root: Path) -> None:
    place = root / HAPROXY
    try:
        os.setxattr(place, "user.note", b"mine")
    except OSError as error:
        pytest.skip(f"this file system has no extended attributes: {error}")
    place.chmod(0o600)
    assert run(source, root).status == 0
    assert os.getxattr(place, "user.note") == b"mine"
    assert place.read_text() != "# mine\n"
    assert run(source, root, "--rollback", str(backups(root)[0])).status == 0
    assert os.getxattr(place, "user.note") == b"mine"
    assert place.read_text() == "# mine\n"


@pytest.mark.root
def test_an_owner_is_kept_but_not_that_of_the_check(source: Path, root: Path) -> None:
    check = root / "etc" / "keepalived" / "check-haproxy"
    check.parent.mkdir()
    check.write_text("#!/bin/sh\n")
    check.chmod(0o666)
    for place in (root / HAPROXY, check):
        os.chown(place, 1234, 1235)
    assert run(source, root).status == 0
    assert ((root / HAPROXY).stat().st_uid, (root / HAPROXY).stat().st_gid) == (1234, 1235)
    assert (check.stat().st_uid, check.stat().st_gid, check.stat().st_mode & 0o777) == (0, 0, 0o755)


def test_a_backup_is_never_for_more_eyes_than_the_file(source: Path, root: Path) -> None:
    (root / HAPROXY).chmod(0o600)
    assert run(source, root).status == 0
    (kept,) = backups(root)
    assert kept.stat().st_mode & 0o777 == 0o700
    assert (kept / HAPROXY).stat().st_mode & 0o777 == 0o600


@pytest.mark.root
@pytest.mark.parametrize(
    "mount",
    [
        "mount --bind etc/haproxy/haproxy.cfg etc/haproxy/haproxy.cfg",
        "mkdir etc/keepalived && mount -t tmpfs -o ro none etc/keepalived",
        "mkdir etc/keepalived && mount -t tmpfs -o nr_inodes=2 none etc/keepalived",
        "mkdir etc/keepalived && mount -t tmpfs -o size=4k none etc/keepalived",
    ],
    ids=["busy file", "read-only", "no inodes", "full"],
)
def test_a_file_that_cannot_take_its_place_undoes_the_others(source: Path, root: Path, mount: str) -> None:
    before = tree(root)
    done = mounted(source, root, mount)
    assert done.status == 1
    assert done.stderr.endswith(BACK), done.stderr
    (root / "etc" / "keepalived").rmdir() if (root / "etc" / "keepalived").exists() else None
    assert tree(root) == before
    assert not backups(root)
    assert run(source, root).status == 0


@pytest.mark.root
def test_without_room_for_the_backup_nothing_is_changed(source: Path, root: Path) -> None:
    (root / HAPROXY).write_text("#" * 20_000)
    before = tree(root)
    done = mounted(source, root, "mkdir -p var/backups && mount -t tmpfs -o size=8k none var/backups")
    assert done.status == 1
    assert done.stderr.endswith("install.sh: stopped before anything was changed\n")
    assert tree(root) == before
