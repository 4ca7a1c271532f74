"""`halb-wizard render --merge`: halb's sections go into a haproxy.cfg of others, and nothing of theirs is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.wizard.commands.rendered import CFG, CONF, FILES, found, render, states, write
from tests.wizard.plans import ARTICLE

pytestmark = pytest.mark.slow

OTHERS = (
    b"global\n\tlog /dev/log local0\n\tmaxconn 50000\n\n"
    b"frontend web # caf\xe9\r\n\tbind :80\n\tmode http\n\ttimeout client 5s\n\tstats auth admin:hunter2!\n"
)
CLASH = b"frontend api\n\tbind :6443\n\tmode tcp\n\ttimeout client 5s\n"
BUSIER = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(timeout_client="3h", timeout_server="3h"))


def put(folder: Path, data: bytes = OTHERS, path: str = CFG) -> Path:
    target = folder / "out" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target


def test_the_sections_of_others_stay_to_the_byte_and_again_nothing_changes(tmp_path: Path) -> None:
    write(tmp_path)
    target = put(tmp_path)
    target.chmod(0o640)
    done = render(tmp_path, "--merge")
    assert (done.status, done.stderr) == (0, "")
    assert states(done) == {**dict.fromkeys(FILES, "new"), CFG: "merged"}
    data = target.read_bytes()
    assert data.startswith(OTHERS + b"\n")
    assert b"frontend kube-apiserver from k8s-tcp\n" in data
    assert target.stat().st_mode & 0o777 == 0o640
    (backup,) = target.parent.glob("*.bak")
    assert (backup.read_bytes(), backup.stat().st_mode & 0o777) == (OTHERS, 0o640)
    for options in (["--merge"], []):
        again = render(tmp_path, *options)
        assert (again.status, again.stderr, states(again)) == (0, "", dict.fromkeys(FILES, "unchanged"))
        assert render(tmp_path, *options, "--diff") == (0, "", "")
    assert target.read_bytes() == data


def test_the_diff_is_that_of_the_merged_text_and_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    put(tmp_path)
    done = render(tmp_path, "--merge", "--diff")
    assert done.status == 1
    shown = done.stdout.partition(f"+++ b/{CFG}\n")[2].partition("\n--- ")[0]
    assert "+frontend kube-apiserver from k8s-tcp\n" in shown
    assert not re.search("^-", shown, re.MULTILINE)
    assert found(tmp_path / "out") == {CFG: OTHERS}


def test_without_merge_it_is_refused_and_both_ways_are_said(tmp_path: Path) -> None:
    write(tmp_path)
    put(tmp_path)
    done = render(tmp_path)
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"halb-wizard: out/{CFG}: already exists, and halb did not write it",
        "halb-wizard: nothing was written; '--merge' keeps the other sections of haproxy.cfg, "
        "'--force' overwrites and keeps a backup; '--diff' shows either beforehand",
    ]
    assert found(tmp_path / "out") == {CFG: OTHERS}


def test_what_was_merged_once_is_merged_again_by_a_plain_run_of_a_changed_plan(tmp_path: Path) -> None:
    write(tmp_path)
    target = put(tmp_path)
    render(tmp_path, "--merge")
    write(tmp_path, BUSIER)
    done = render(tmp_path)
    assert done.status == 0
    assert states(done)[CFG] == "merged"
    assert states(done)[CFG.replace("lb1", "lb2")] == "changed"
    data = target.read_bytes()
    assert data.startswith(OTHERS)
    assert b"timeout client 3h" in data


def test_a_merged_file_that_somebody_changed_since_is_only_merged_when_asked(tmp_path: Path) -> None:
    write(tmp_path)
    target = put(tmp_path)
    render(tmp_path, "--merge")
    theirs = target.read_bytes().replace(b":80", b":8080")
    target.write_bytes(theirs)
    same = render(tmp_path)
    assert (same.status, states(same)[CFG]) == (0, "unchanged")
    target.write_bytes(theirs := theirs.replace(b":8080", b":8088"))
    write(tmp_path, BUSIER)
    done = render(tmp_path)
    assert (done.status, done.stdout) == (1, "")
    assert f"out/{CFG}: was changed since halb wrote it\n" in done.stderr
    assert target.read_bytes() == theirs
    assert states(render(tmp_path, "--merge"))[CFG] == "merged"
    assert target.read_bytes().startswith(OTHERS.replace(b":80", b":8088"))


def test_a_file_of_halbs_own_to_which_others_added_keeps_their_sections(tmp_path: Path) -> None:
    write(tmp_path)
    render(tmp_path)
    target = tmp_path / "out" / CFG
    own = target.read_bytes()
    added = b"\nlisten db\n    bind :3306\n    mode tcp\n    timeout client 1s\n"
    target.write_bytes(own + added)
    write(tmp_path, BUSIER)
    assert render(tmp_path).status == 1
    assert states(render(tmp_path, "--merge"))[CFG] == "merged"
    assert target.read_bytes().endswith(added)
    # When they take theirs away, the file is halb's again, and follows the plan as a whole.
    target.write_bytes(target.read_bytes().removesuffix(added))
    assert states(render(tmp_path, "--merge"))[CFG] == "unchanged"
    manifest = json.loads((tmp_path / "out" / ".halb" / "manifest.json").read_bytes())
    assert manifest["merged"] == []


def test_force_alone_replaces_a_merged_file_and_says_so(tmp_path: Path) -> None:
    write(tmp_path)
    target = put(tmp_path)
    render(tmp_path, "--merge")
    merged = target.read_bytes()
    done = render(tmp_path, "--force")
    assert (done.status, states(done)[CFG]) == (0, "changed")
    assert f"out/{CFG}: sections that halb did not write are replaced too; the backup has them" in done.stderr
    assert b"web" not in target.read_bytes()
    assert merged in [data for path, data in found(tmp_path / "out").items() if path.endswith(".bak")]
    assert render(tmp_path).stderr == ""


def test_what_stands_in_the_way_is_said_with_its_place_and_nothing_is_written(tmp_path: Path) -> None:
    write(tmp_path)
    put(tmp_path, OTHERS + CLASH)
    second = CFG.replace("lb1", "lb2")
    put(tmp_path, CLASH, second)
    before = found(tmp_path / "out")
    for options in (["--merge"], ["--merge", "--diff"]):
        done = render(tmp_path, *options)
        assert (done.status, done.stdout) == (1, "")
        lines = [line for line in done.stderr.splitlines() if "same port" in line]
        assert re.match(rf"halb-wizard: out/{CFG}:11: ':6443' of frontend 'api' .*; give one of them another", lines[0])
        assert lines[1].startswith(f"halb-wizard: out/{second}:2: ")
        assert "or take over 'frontend api'" in lines[0]
        assert "'--merge --take-over SECTION' removes such a section" in done.stderr.splitlines()[-1]
        assert found(tmp_path / "out") == before
        assert not (tmp_path / "out" / ".halb").exists()


def test_a_section_that_is_taken_over_goes_and_later_runs_need_not_say_so(tmp_path: Path) -> None:
    write(tmp_path)
    target = put(tmp_path, OTHERS + CLASH)
    done = render(tmp_path, "--merge", "--take-over", "frontend api")
    assert (done.status, states(done)[CFG]) == (0, "merged")
    data = target.read_bytes()
    assert data.startswith(OTHERS)
    assert b"frontend api\n" not in data
    assert states(render(tmp_path))[CFG] == "unchanged"
    again = render(tmp_path, "--merge", "--take-over", "frontend api")
    assert states(again)[CFG] == "unchanged"
    assert "there is no section 'frontend api' to take over" in again.stderr


def test_errors_where_others_wrote_are_shown_and_stop_nothing(tmp_path: Path) -> None:
    write(tmp_path)
    put(tmp_path, OTHERS + b"\tdefault_backend nowhere\n")
    done = render(tmp_path, "--merge")
    assert (done.status, states(done)[CFG]) == (0, "merged")
    assert re.search(rf"^{CFG}:10:\d+: HA\d+ .*nowhere", done.stderr)
    assert "1 error in sections halb did not write, none in what it renders: that blocks nothing" in done.stderr


def test_what_global_lacks_is_a_note(tmp_path: Path) -> None:
    write(tmp_path)
    put(tmp_path, b"global\n\tdaemon\n")
    done = render(tmp_path, "--merge")
    assert done.status == 0
    assert f"halb-wizard: out/{CFG}:1: global has no 'log' line, so halb's sections log nothing; write" in done.stderr


def test_keepalived_conf_is_not_merged(tmp_path: Path) -> None:
    write(tmp_path)
    target = put(tmp_path)
    put(tmp_path, b"! by hand\n", CONF)
    done = render(tmp_path, "--merge")
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"halb-wizard: out/{CONF}: already exists, and halb did not write it",
        "halb-wizard: nothing was written; only haproxy.cfg is merged; "
        "'--merge --force' merges it, overwrites the others and keeps a backup",
    ]
    forced = render(tmp_path, "--merge", "--force")
    assert (forced.status, states(forced)[CFG], states(forced)[CONF]) == (0, "merged", "changed")
    assert target.read_bytes().startswith(OTHERS)


def test_take_over_without_merge_is_wrong_usage(tmp_path: Path) -> None:
    write(tmp_path)
    done = render(tmp_path, "--take-over", "web")
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr == "halb-wizard: --take-over names a section for a merge to remove; use it with --merge\n"
