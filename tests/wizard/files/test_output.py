"""Writing the files of a plan: checks first, old content kept, nobody else's changes lost, killed at any point."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.programs import ROOT
from tests.wizard.files.putting import CFG, CONF, SCRIPT, WHEN, files, put
from wizard.files import ChangedError, FileWritten, StoreError, Written, write_tree

pytestmark = pytest.mark.slow

STAMP = "halb-20260102T030405"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def state(directory: Path) -> dict[str, tuple[bytes, int, int]]:
    """Everything below a folder: content, mode and time of change."""
    return {
        str(path.relative_to(directory)): (path.read_bytes(), mode(path), path.stat().st_mtime_ns)
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_new_files_have_their_text_and_mode_whatever_the_umask(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.umask(0o077)\n"
        "from pathlib import Path; from tests.wizard.files.putting import put\n"
        "print([file.state for file in put(Path(sys.argv[1])).files])"
    )
    out = tmp_path / "a" / "out"
    done = subprocess.run([sys.executable, "-c", code, str(out)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "['new', 'new', 'new']\n"
    assert {path: ((out / path).read_text(), mode(out / path)) for path in files()} == files()
    assert mode(out / ".halb" / "manifest.json") == 0o600


def test_files_that_are_right_already_are_not_touched(tmp_path: Path) -> None:
    put(tmp_path)
    before = state(tmp_path)
    assert put(tmp_path) == Written(tuple(FileWritten(path, "unchanged") for path in files()))
    assert state(tmp_path) == before


def test_only_what_differs_is_written_and_its_old_content_stays_as_a_backup(tmp_path: Path) -> None:
    put(tmp_path)
    before = state(tmp_path)
    written = put(tmp_path, "two")
    assert written.files == (
        FileWritten(CFG, "changed", f"{CFG}.{STAMP}.bak"),
        FileWritten(CONF, "changed", f"{CONF}.{STAMP}.bak"),
        FileWritten(SCRIPT, "unchanged"),
    )
    after = state(tmp_path)
    assert after[SCRIPT] == before[SCRIPT]
    assert after[CFG][:2] == (b"# two\n", 0o644)
    assert after[f"{CFG}.{STAMP}.bak"][:2] == (b"# one\n", 0o644)
    assert after[f"{CONF}.{STAMP}.bak"][:2] == (b"! one\n", 0o640)


def test_backups_of_the_same_second_do_not_replace_each_other(tmp_path: Path) -> None:
    for word in ("one", "two", "three", "four"):
        put(tmp_path, word)
    copies = {path.name: path.read_text() for path in (tmp_path / CFG).parent.glob("*.bak")}
    assert copies == {
        f"haproxy.cfg.{STAMP}.bak": "# one\n",
        f"haproxy.cfg.{STAMP}-2.bak": "# two\n",
        f"haproxy.cfg.{STAMP}-3.bak": "# three\n",
    }


def test_a_backup_is_no_more_open_than_the_file_is_to_be(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / CONF).chmod(0o666)
    put(tmp_path, "two")
    assert mode(tmp_path / CONF) == 0o640
    assert mode(tmp_path / f"{CONF}.{STAMP}.bak") == 0o640


def test_a_file_that_was_changed_is_not_overwritten_and_then_no_other_one_is(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / CONF).write_text("! mine\n")
    before = state(tmp_path)
    with pytest.raises(ChangedError) as caught:
        put(tmp_path, "two")
    assert caught.value.files == (str(tmp_path / CONF),)
    assert caught.value.problems == (f"{tmp_path / CONF}: was changed since halb wrote it",)
    assert state(tmp_path) == before


def test_a_changed_file_is_not_reverted_by_the_same_plan(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / CFG).write_text("# mine\n")
    with pytest.raises(ChangedError):
        put(tmp_path)
    assert (tmp_path / CFG).read_text() == "# mine\n"


def test_a_file_that_halb_never_wrote_counts_as_changed(tmp_path: Path) -> None:
    (tmp_path / CFG).parent.mkdir(parents=True)
    (tmp_path / CFG).write_text("# mine\n")
    with pytest.raises(ChangedError) as caught:
        put(tmp_path)
    assert caught.value.problems == (f"{tmp_path / CFG}: already exists, and halb did not write it",)
    assert set(state(tmp_path)) == {CFG}


def test_forced_a_changed_file_is_overwritten_and_kept_as_a_backup(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / CFG).write_text("# mine\n")
    assert put(tmp_path, "two", force=True).files[0] == FileWritten(CFG, "changed", f"{CFG}.{STAMP}.bak")
    assert (tmp_path / f"{CFG}.{STAMP}.bak").read_text() == "# mine\n"
    assert put(tmp_path, "three").files[0].state == "changed"


def test_a_file_that_already_has_the_new_content_is_no_conflict(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / CFG).write_text("# two\n")
    assert [file.state for file in put(tmp_path, "two").files] == ["unchanged", "changed", "unchanged"]
    assert put(tmp_path, "three").files[0].state == "changed"


def test_what_the_caller_has_read_may_be_replaced_as_long_as_it_is_there(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / CFG).write_text("# mine\n")
    with pytest.raises(ChangedError):
        put(tmp_path, "two", seen={CFG: "# other\n"})
    assert put(tmp_path, "two", seen={CFG: "# mine\n"}).files[0].state == "changed"


def test_a_mode_that_is_wrong_is_put_right_without_writing(tmp_path: Path) -> None:
    put(tmp_path)
    (tmp_path / CONF).chmod(0o644)
    time = (tmp_path / CONF).stat().st_mtime_ns
    assert put(tmp_path).files[1] == FileWritten(CONF, "mode")
    assert (mode(tmp_path / CONF), (tmp_path / CONF).stat().st_mtime_ns) == (0o640, time)
    assert put(tmp_path).files[1].state == "unchanged"


def test_files_of_an_earlier_plan_are_named_until_they_are_gone(tmp_path: Path) -> None:
    put(tmp_path)
    rest = {path: file for path, file in files("two").items() if path != SCRIPT}
    for _ in range(2):
        assert write_tree(tmp_path, rest, force=False, when=WHEN).stale == (SCRIPT,)
    (tmp_path / SCRIPT).unlink()
    assert write_tree(tmp_path, rest, force=False, when=WHEN).stale == ()


def test_bytes_that_are_not_utf_8_and_line_ends_survive(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfglobal\r\n  # caf\xe9\rx\n\ttab"
    text = data.decode("utf-8", "surrogateescape")
    write_tree(tmp_path, {CFG: (text, 0o644)}, force=False, when=WHEN)
    assert (tmp_path / CFG).read_bytes() == data
    assert write_tree(tmp_path, {CFG: (text, 0o644)}, force=False, when=WHEN).files[0].state == "unchanged"


@pytest.mark.parametrize("path", ["", ".", "..", "../x", "a/../../x", "/etc/x", "a\0b", ".halb/manifest.json"])
def test_no_path_leads_out_of_the_folder_or_to_the_manifest(tmp_path: Path, path: str) -> None:
    with pytest.raises(StoreError, match="can't be the path of a file below"):
        write_tree(tmp_path / "out", {path: ("x", 0o644)}, force=True, when=WHEN)
    assert list(tmp_path.iterdir()) == []


def test_a_link_out_of_the_folder_is_not_followed_one_inside_is(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    out.mkdir()
    other.mkdir()
    (out / "lb1").symlink_to(other)
    with pytest.raises(StoreError, match="a symbolic link leads out of"):
        put(out, force=True)
    assert list(other.iterdir()) == []
    (out / "lb1").unlink()
    (out / "real").mkdir()
    (out / "lb1").symlink_to("real")
    put(out)
    assert (out / "real" / "install.sh").read_text() == "#!/bin/sh\n"
    assert (out / "lb1").is_symlink()
    assert put(out, "two").files[0].backup == f"real/etc/haproxy/haproxy.cfg.{STAMP}.bak"


def test_files_that_are_in_each_others_way_are_refused(tmp_path: Path) -> None:
    machine = {"RUNBOOK.md": ("x", 0o644), "RUNBOOK.md/install.sh": ("x", 0o755)}
    with pytest.raises(StoreError, match=r"RUNBOOK.md would be both a file and a folder"):
        write_tree(tmp_path / "out", machine, force=True, when=WHEN)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "lb1").mkdir()
    (tmp_path / "lb2").symlink_to("lb1")
    with pytest.raises(StoreError, match="lb2/a and lb1/a are the same file"):
        write_tree(tmp_path, {"lb1/a": ("x", 0o644), "lb2/a": ("y", 0o644)}, force=True, when=WHEN)
    assert list((tmp_path / "lb1").iterdir()) == []


def test_a_link_that_leads_to_itself_is_a_problem_in_words(tmp_path: Path) -> None:
    (tmp_path / "lb1").symlink_to("lb1")
    with pytest.raises(StoreError, match="lb1"):
        put(tmp_path)


def test_every_problem_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / CFG).mkdir(parents=True)
    os.mkfifo(tmp_path / SCRIPT)
    with pytest.raises(StoreError) as caught:
        put(tmp_path, force=True)
    assert caught.value.problems == (
        f"{tmp_path / CFG}: is a folder, not a file",
        f"{tmp_path / SCRIPT}: is not a regular file",
    )
    assert not (tmp_path / CONF).exists()


def test_a_file_in_the_place_of_a_folder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "lb1").write_text("x")
    with pytest.raises(StoreError, match="lb1"):
        put(tmp_path, force=True)
    with pytest.raises(StoreError, match="lb1"):
        put(tmp_path / "lb1", force=True)
    assert set(state(tmp_path)) == {"lb1"}


def test_where_nothing_can_be_written_the_problem_names_the_place() -> None:
    with pytest.raises(StoreError, match="/proc"):
        put(Path("/proc/halb"))


def test_a_disk_that_fills_up_leaves_everything_as_it_was(tmp_path: Path) -> None:
    put(tmp_path)
    before = state(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    large = {**files("two"), "z/new.md": ("x" * 100_000, 0o644)}
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))  # a write beyond it fails with EFBIG
        with pytest.raises(StoreError, match="file too large"):
            write_tree(tmp_path, large, force=False, when=WHEN)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    after = state(tmp_path)
    assert after.pop(".halb/lock")[0] == b""
    before.pop(".halb/lock")
    assert after == before
    assert not (tmp_path / "z").exists()


@pytest.mark.root
def test_a_disk_with_too_little_room_is_seen_before_anything_is_written(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.wizard.files.putting import WHEN\n"
        "from wizard.files import StoreError, write_tree\n"
        "try:\n    write_tree(Path(sys.argv[1]), {'a': ('x' * 300_000, 0o644)}, force=False, when=WHEN)\n"
        "except StoreError as error:\n    print(error, list(Path(sys.argv[1]).iterdir()))"
    )
    mount = 'mount -t tmpfs -o size=256k tmpfs "$2" && exec "$0" -c "$1" "$2"'
    command = ["unshare", "--mount", "sh", "-c", mount, sys.executable, code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == f"{tmp_path}: 365 KiB are needed, and the disk has 256 KiB free []\n"


@pytest.mark.root
def test_a_busy_file_in_the_middle_is_said_with_what_is_written_and_the_next_run_completes(tmp_path: Path) -> None:
    put(tmp_path)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.wizard.files.putting import put\n"
        "from wizard.files import StoreError\n"
        "try:\n    put(Path(sys.argv[1]), 'two')\n"
        "except StoreError as error:\n    print(*error.problems, sep='\\n')"
    )
    mount = f'mount --bind "$2/{CONF}" "$2/{CONF}" && exec "$0" -c "$1" "$2"'
    command = ["unshare", "--mount", "sh", "-c", mount, sys.executable, code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        f"{tmp_path / CONF}: device or resource busy; run it again to write the rest",
        f"{tmp_path / CFG}: is written already",
    ]
    assert {path.name for path in (tmp_path / CONF).parent.iterdir() if path.name.endswith(".new")} == set()
    assert [file.state for file in put(tmp_path, "two").files] == ["unchanged", "changed", "unchanged"]


def test_two_runs_do_not_write_into_one_folder_at_a_time(tmp_path: Path) -> None:
    import fcntl

    put(tmp_path)
    with (tmp_path / ".halb" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another halb-wizard is writing there"):
            put(tmp_path, "two")
    assert put(tmp_path, "two").files[0].state == "changed"


@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["schema", "written", "begun", CFG]), inner, max_size=4)
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=times(20))
def test_with_a_manifest_that_can_not_be_used_files_count_as_changed(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    directory = tmp_path_factory.mktemp("out")
    put(directory)
    (directory / ".halb" / "manifest.json").write_bytes(data)
    with pytest.raises(ChangedError):
        put(directory, "two")
    assert put(directory).files[0].state == "unchanged"
    assert put(directory, "two").files[0].state == "changed"


@pytest.mark.parametrize(
    "how", [pytest.param("fresh", marks=pytest.mark.slow), pytest.param("over", marks=pytest.mark.slow), "any-time"]
)
def test_a_killed_run_leaves_old_or_new_and_the_next_one_completes_it(tmp_path: Path, how: str) -> None:
    command = [sys.executable, "-m", "tests.wizard.files.killed_runs", how, str(tmp_path), "12"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["killed"] > {"fresh": 20, "over": 30, "any-time": 5}[how]
