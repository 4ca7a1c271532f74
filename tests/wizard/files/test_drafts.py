"""Drafts: kept for each folder, private, without passwords; whatever goes wrong is said and costs nothing."""

from __future__ import annotations

import os
import resource
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.report.masking import without_secrets
from tests.examples import times
from wizard.files import Failure, SavedDraft, drop, load, save

TEXT = '# mine\n[cluster]\nendpoint = "kube.example.com"  # the name\n'
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder / "halb" / "drafts"


def saved(text: str, directory: Path, when: datetime = WHEN) -> Path:
    path = save(text, directory, when=when)
    assert isinstance(path, Path)
    return path


def test_a_draft_comes_back_with_its_time(tmp_path: Path) -> None:
    saved(TEXT, tmp_path / "a", WHEN.astimezone(timezone(timedelta(hours=5))))
    assert load(tmp_path / "a") == SavedDraft(TEXT, WHEN, tmp_path / "a")
    assert load(tmp_path / "b") is None


def test_without_a_time_it_is_now(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    assert isinstance(save(TEXT, tmp_path), Path)
    found = load(tmp_path)
    assert isinstance(found, SavedDraft)
    assert before <= found.saved <= datetime.now(UTC)


def test_it_is_its_owners_alone(tmp_path: Path, state: Path) -> None:
    state.mkdir(parents=True)
    state.chmod(0o755)
    path = saved(TEXT, tmp_path / "My Cluster")
    assert path.parent == state
    assert [entry.stat().st_mode & 0o777 for entry in (state.parent, state, path)] == [0o700, 0o700, 0o600]
    assert path.name.startswith("my-cluster-")


def test_each_folder_has_its_own_and_a_link_is_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("x/kacang", "y/kacang"):
        (tmp_path / name).mkdir(parents=True)
        saved(f"# {name}\n", tmp_path / name)
    (tmp_path / "z").symlink_to(tmp_path / "x" / "kacang")
    monkeypatch.chdir(tmp_path / "y")
    assert [found.text for at in ("../z", "kacang") if isinstance(found := load(Path(at)), SavedDraft)] == [
        "# x/kacang\n",
        "# y/kacang\n",
    ]


def test_saving_again_replaces_and_dropping_removes(tmp_path: Path, state: Path) -> None:
    saved("# one\n", tmp_path)
    saved("# two\n", tmp_path)
    found = load(tmp_path)
    assert isinstance(found, SavedDraft)
    assert found.text == "# two\n"
    assert len(list(state.iterdir())) == 1
    assert (drop(tmp_path), drop(tmp_path), load(tmp_path)) == (None, None, None)


SECRET = "hunter2!"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('[vrrp]\nauth_pass = "hunter2!"\nmode = "unicast"\n', '[vrrp]\nmode = "unicast"\n'),
        ('[vrrp]\nmode = "unicast"\nauth_pass = "hunter2!"', '[vrrp]\nmode = "unicast"'),
        ('[vrrp]\r\n  auth_pass = "hunter2!" # it is hunter2!\r\nmode = "a"\r\n', '[vrrp]\r\nmode = "a"\r\n'),
        ('vrrp = { auth_pass = "hunter2!", mode = "a" }\n', 'vrrp = { mode = "a" }\n'),
        ('vrrp = { mode = "a", auth_pass = "hunter2!" }\n', 'vrrp = { mode = "a" }\n'),
        ('vrrp = { mode = "a", auth_pass = "hunter2!", preempt = true }\n', 'vrrp = { mode = "a", preempt = true }\n'),
        ("vrrp . 'auth_pass' = '''\nhunter2!'''\n", ""),
        ('[vrrp]\n"auth\\u005fpass" = "hunter2!"\n', "[vrrp]\n"),
        ('[vrrp]\n# auth_pass = "hunter2!"\n', "[vrrp]\n# auth_pass = ********\n"),
        ('[[lb]]\nauth_pass = "hunter2!"\n[[lb]]\nauth_pass = ["hunter2!"]\n', "[[lb]]\n[[lb]]\n"),
        ('[vrrp]\nauth_pass = 7\n[vrrp.x]\nauth_pass = "hunter2!"\n', "[vrrp]\n[vrrp.x]\n"),
    ],
)
def test_passwords_are_taken_out(tmp_path: Path, text: str, kept: str) -> None:
    assert without_secrets(text) == kept
    path = saved(text, tmp_path)
    assert SECRET not in path.read_text()


@pytest.mark.parametrize(
    "text", ['[vrrp\nauth_pass = "hunter2!"\n', 'auth_pass = "hunter2!', 'name = "auth_pass = hunter2!"\n', "\ud800"]
)
def test_a_text_that_they_can_not_be_taken_out_of_is_not_saved(tmp_path: Path, text: str) -> None:
    done = save(text, tmp_path)
    assert isinstance(done, Failure)
    assert done.text.startswith("the draft was not saved: ")
    assert SECRET not in done.text
    assert load(tmp_path) is None


@given(
    st.lists(
        st.sampled_from(
            ['auth_pass = "ZZQJXZ"', "[vrrp]", "[[lb]]", 'mode = "a"', "# ZZ", "x = { auth_pass = 'ZZQJXZ', y = 1 }"]
        ),
        max_size=6,
    )
)
@settings(max_examples=times(300))
def test_no_text_keeps_its_password_and_every_other_value_stays(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(ValueError):
            without_secrets(text)
        return
    kept = without_secrets(text)
    assert "ZZQJXZ" not in kept
    assert str(tomllib.loads(kept).get("vrrp", {}).get("mode")) == str(data.get("vrrp", {}).get("mode"))
    assert len(tomllib.loads(kept).get("lb", [])) == len(data.get("lb", []))


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: b"#:halb-draft " + text.encode()))
@settings(max_examples=times(60))
def test_a_broken_draft_is_set_aside_and_reported(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    directory = tmp_path_factory.mktemp("dir")
    path = saved(TEXT, directory)
    path.write_bytes(data)
    found = load(directory)
    assert isinstance(found, Failure)
    assert f"renamed to {path.name}.broken" in found.text
    assert path.with_name(f"{path.name}.broken").read_bytes() == data
    assert load(directory) is None
    saved(TEXT, directory)


@pytest.mark.parametrize(
    "header",
    [
        '{"directory": 7, "saved": "2026-01-02T03:04:05+00:00"}',
        '{"directory": "/other", "saved": "2026-01-02T03:04:05+00:00"}',
        '{"directory": "DIR", "saved": "2026-01-02T03:04:05"}',
        '{"directory": "DIR", "saved": "soon"}',
        '{"directory": "DIR"}',
        "[]",
    ],
)
def test_a_wrong_header_is_a_broken_draft(tmp_path: Path, header: str) -> None:
    path = saved(TEXT, tmp_path)
    path.write_text(f"#:halb-draft {header.replace('DIR', str(tmp_path))}\n{TEXT}")
    assert isinstance(load(tmp_path), Failure)
    assert load(tmp_path) is None


def test_a_draft_that_can_not_be_read_is_set_aside(tmp_path: Path) -> None:
    path = saved(TEXT, tmp_path)
    path.unlink()
    path.mkdir()
    found = load(tmp_path)
    assert isinstance(found, Failure)
    assert "is a directory" in found.text
    saved(TEXT, tmp_path)


@pytest.mark.parametrize("place", ["/proc/halb", "/dev/null/x"])
def test_where_nothing_can_be_kept_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", place)
    done = save(TEXT, tmp_path)
    assert isinstance(done, Failure)
    assert place.split("/")[1] in done.text
    assert load(tmp_path) is None
    dropped = drop(tmp_path)
    assert dropped is None or place.split("/")[1] in dropped.text


def test_a_full_disk_keeps_the_earlier_draft(tmp_path: Path, state: Path) -> None:
    saved(TEXT, tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        done = save("# " + "x" * 5000, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(done, Failure)
    assert "file too large" in done.text
    found = load(tmp_path)
    assert isinstance(found, SavedDraft)
    assert found.text == TEXT
    assert len(list(state.iterdir())) == 1


def test_a_text_too_large_to_be_read_again_is_not_saved(tmp_path: Path) -> None:
    assert isinstance(save("#" * 300_000, tmp_path), Failure)


def test_the_folder_is_xdgs_else_the_homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for value in ("", "relative/state"):
        monkeypatch.setenv("XDG_STATE_HOME", value)
        assert saved(TEXT, tmp_path).parent == tmp_path / "home" / ".local" / "state" / "halb" / "drafts"
    monkeypatch.delenv("XDG_STATE_HOME")
    assert isinstance(load(tmp_path), SavedDraft)


def test_what_a_killed_run_left_is_removed_and_another_wizards_file_is_not(tmp_path: Path, state: Path) -> None:
    path = saved(TEXT, tmp_path)
    old, new = state / f".{path.name}.halb-old.new", state / f".{path.name}.halb-now.new"
    for file in (old, new):
        file.write_text("x")
    os.utime(old, (0, 0))
    saved(TEXT, tmp_path)
    assert not old.exists()
    assert new.exists()
    assert isinstance(load(tmp_path), SavedDraft)
