"""The one way in which files are written: the old content or the new, with the right mode from the start."""

from __future__ import annotations

import os
import resource
import signal
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from rules.files.atomic import left_over, read_regular, replace_file, stage, write_atomically
from tests.programs import ROOT


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize("wanted", [0o600, 0o640, 0o755])
def test_a_staged_file_has_its_mode_before_it_has_its_name(tmp_path: Path, wanted: int) -> None:
    staged = stage(tmp_path / "a.conf", b"secret", wanted)
    assert (mode(staged), staged.read_bytes()) == (wanted, b"secret")
    assert left_over(tmp_path / "a.conf") == [staged]
    assert not (tmp_path / "a.conf").exists()


def test_a_text_keeps_the_mode_and_the_links_that_are_there(tmp_path: Path) -> None:
    target, link = tmp_path / "report.json", tmp_path / "latest"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target.name)
    write_atomically(link, "new \udcff")
    assert (target.read_text(), mode(target), link.is_symlink()) == ("new \\udcff", 0o640, True)
    assert sorted(tmp_path.iterdir()) == [link, target]


def test_a_new_text_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from rules.files.atomic import write_atomically; os.umask(0o027)\n"
    )
    code += "write_atomically(Path(sys.argv[1]), 'x'); print(oct(os.umask(0)))"
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", code, str(out)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, mode(out)) == ("0o27\n", 0o640)


def test_what_is_no_ordinary_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, "report\n")
        assert os.read(reader, 100) == b"report\n"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_disk_that_is_full_leaves_the_old_content_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "a.conf"
    target.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # a write beyond it fails with EFBIG
        with pytest.raises(OSError, match="File too large"):
            write_atomically(target, "x" * 50_000)
        with pytest.raises(OSError, match="File too large"):
            replace_file(target, b"x" * 50_000, 0o600)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_killed_run_left_is_swept_by_the_next_one_and_what_a_running_one_has_is_not(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from rules.files import atomic\n"
        "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "atomic.write_atomically(Path(sys.argv[1]), 'x')"
    )
    target = tmp_path / "report.json"
    done = subprocess.run([sys.executable, "-c", code, str(target)], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(left_over(target)) == 1
    running = stage(target, b"of another run", 0o600)  # the prefix has this process's number
    write_atomically(target, "y")
    assert (target.read_text(), left_over(target)) == ("y", [running])


def test_attributes_of_the_old_file_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.conf"
    target.write_text("old")
    try:
        os.setxattr(target, "user.note", b"mine")
    except OSError as error:
        pytest.skip(f"this file system has no extended attributes: {error}")
    replace_file(target, b"new", 0o600)
    assert (target.read_text(), os.getxattr(target, "user.note")) == ("new", b"mine")


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="the system has no extended attributes")
def test_a_replaced_file_keeps_its_access_control_list(tmp_path: Path) -> None:
    target = tmp_path / "keepalived.conf"
    target.write_text("old")
    target.chmod(0o640)
    # As the kernel keeps it (linux/posix_acl_xattr.h): tag, permissions, id. User 65534 may read.
    nobody, everybody = 65534, 0xFFFFFFFF
    entries = [
        (0x01, 6, everybody),
        (0x02, 4, nobody),
        (0x04, 4, everybody),
        (0x10, 4, everybody),
        (0x20, 0, everybody),
    ]
    acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(target, "system.posix_acl_access", acl)
    except OSError as error:
        pytest.skip(f"the file system has no access control lists: {error}")
    write_atomically(target, "new")
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("new", 0o640)
    assert os.getxattr(target, "system.posix_acl_access") == acl


@pytest.mark.root
def test_root_keeps_the_owner_of_a_file(tmp_path: Path) -> None:
    target = tmp_path / "a.conf"
    target.write_text("old")
    os.chown(target, 1234, 1235)
    replace_file(target, b"new", 0o640)
    assert (target.stat().st_uid, target.stat().st_gid, mode(target)) == (1234, 1235, 0o640)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(pipe)
    with pytest.raises(OSError):
        read_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "nothing")
