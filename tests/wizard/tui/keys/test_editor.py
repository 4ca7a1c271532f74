"""halb.toml in the user's editor: a real program on a real terminal, between two screens of the wizard."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminals import Job, job
from wizard.files.drafts import Failure
from wizard.files.editor import editor_command
from wizard.questions.answers import Answers, Place, from_toml
from wizard.questions.reading.plan_text import read_edited, text_for

TYPED = "k.example.com"
F7 = "\x1b[18~"
ALTERNATE = "\x1b[?1049h"
PLAN = '# mine\n[cluster]  # the only one\nendpoint = "kube.example.com"\n\n[lint]\nignore = ["KA012"]\n'
ENDPOINT, NAME = Place("cluster", 0, "endpoint"), Place("cluster", 0, "name")


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """An editor that notes its file and what it may be read by, and does what `commands` says."""
    script = tmp_path / "ed"
    script.write_text(
        '#!/bin/sh\nfor file; do :; done\nstat -c "%a %A" "$file" "$(dirname "$file")" >>seen\necho "$@" >>seen\n'
        'sh ./commands "$file"\n'
    )
    script.chmod(0o755)
    (tmp_path / "commands").write_text(":\n")
    return script


@contextmanager
def wizard(folder: Path, editor: str, visual: str = "") -> Iterator[Job]:
    state = str(folder / "state")
    arguments = ("--offline", f"{folder}/kacang/")
    with job(*arguments, cwd=folder, HOME=str(folder), XDG_STATE_HOME=state, EDITOR=editor, VISUAL=visual) as made:
        yield made


def fill_in(made: Job) -> None:
    made.until("begin")
    made.type("\r")
    made.until("DNS name")
    made.type(TYPED)
    made.until(TYPED)


def drafts(folder: Path) -> str:
    return "".join(path.read_text() for path in (folder / "state").rglob("*.toml"))


def leave(made: Job) -> None:
    made.type("\x11")
    assert made.report() == ("ended", 0, True)
    assert made.changed() == set()


@pytest.mark.slow
def test_what_was_edited_is_read_and_the_file_is_private_and_gone(tmp_path: Path, editor: Path) -> None:
    (tmp_path / "commands").write_text('sed -i s/k.example.com/edited.example.com/ "$1"; touch "$1~"\n')
    with wizard(tmp_path, f"{editor} --wait") as made:
        fill_in(made)
        made.type(F7)
        made.until("edited.example.com", len(made.seen))
        leave(made)
    seen = (tmp_path / "seen").read_text().splitlines()
    assert seen[:2] == ["600 -rw-------", "700 drwx------"]
    assert seen[2].startswith("--wait ")
    assert list((tmp_path / "state").rglob("edit-*")) == []
    assert "edited.example.com" in drafts(tmp_path)


@pytest.mark.slow
def test_a_mistake_is_shown_with_its_line_and_the_editor_comes_again_there(tmp_path: Path, editor: Path) -> None:
    once = 'if [ -e again ]; then sed -i s/portt/port/ "$1"; else touch again; printf "portt = 8443\\n" >>"$1"; fi\n'
    (tmp_path / "commands").write_text(once)
    vi = tmp_path / "vi"
    vi.symlink_to(editor)
    with wizard(tmp_path, "false", str(vi)) as made:
        fill_in(made)
        made.type(F7)
        made.until("halb.toml:3")
        made.until("Edit it again")
        made.type("\r")
        made.until("8443")
        leave(made)
    assert "+3 " in (tmp_path / "seen").read_text()
    assert "port = 8443" in drafts(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "words"),
    [("no-such-editor", "there is no such program"), ("false", "ended with status 1, so nothing was taken over")],
)
def test_an_editor_that_is_not_there_or_fails_costs_nothing(tmp_path: Path, value: str, words: str) -> None:
    with wizard(tmp_path, value) as made:
        fill_in(made)
        made.type(F7)
        made.until(words[:20])
        leave(made)
    assert TYPED in drafts(tmp_path)


@pytest.mark.slow
def test_an_editor_can_be_stopped_and_interrupted_like_any_program(tmp_path: Path, editor: Path) -> None:
    (tmp_path / "commands").write_text('trap "" INT\nkill -INT 0\nkill -TSTP 0\nsed -i s/k.example/e.example/ "$1"\n')
    with wizard(tmp_path, f'sh -c \'trap "" INT; exec {editor} "$0"\'') as made:
        fill_in(made)
        made.type(F7)
        assert made.report() == ("stopped", signal.SIGTSTP, True)
        since = made.foreground()
        made.until("e.example.com", since)
        assert ALTERNATE in made.seen[since:]
        leave(made)
    assert "e.example.com" in drafts(tmp_path)


@pytest.mark.slow
def test_from_the_start_screen_a_broken_halb_toml_is_mended(tmp_path: Path, editor: Path) -> None:
    (tmp_path / "commands").write_text('sed -i "s/= kube.example.com/= \\"kube.example.com\\"/" "$1"\n')
    (tmp_path / "kacang").mkdir()
    broken = PLAN.replace('"kube.example.com"', "kube.example.com")
    (tmp_path / "kacang" / "halb.toml").write_text(broken)
    with wizard(tmp_path, str(editor)) as made:
        made.until("begin")
        made.type(F7)
        made.until("kube.example.com")
        leave(made)
    assert (tmp_path / "kacang" / "halb.toml").read_text() == broken  # nothing is written but by the write screen
    assert "kube.example.com" in drafts(tmp_path)


# Which editor, and the text


def test_the_editor_is_the_users_else_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("nano", "mine"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    assert editor_command() == ["nano"]
    monkeypatch.setenv("EDITOR", "mine --wait")
    assert editor_command() == ["mine", "--wait"]
    monkeypatch.setenv("VISUAL", "nano")
    assert editor_command() == ["nano"]
    monkeypatch.setenv("VISUAL", 'unclosed "')
    assert isinstance(editor_command(), Failure)
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.delenv("VISUAL")
    monkeypatch.delenv("EDITOR")
    found = editor_command()
    assert isinstance(found, Failure)
    assert "set EDITOR" in found.text


def test_a_text_keeps_its_comments_and_has_the_answers() -> None:
    answers = from_toml(PLAN).put(NAME, "kacang").put(Place("lb", 0, "name"), "lb1")
    assert text_for(from_toml(PLAN), PLAN) == PLAN
    text = text_for(answers, PLAN)
    assert from_toml(text) == answers
    assert "# mine" in text
    assert "# the only one" in text
    fewer = text_for(Answers({ENDPOINT: "kube.example.com"}), text)
    assert from_toml(fewer) == Answers({ENDPOINT: "kube.example.com"})
    assert "# mine" in fewer


def test_what_is_wrong_with_a_text_is_said_with_its_line() -> None:
    assert read_edited(PLAN).fault == ""
    unknown = read_edited(PLAN.replace("endpoint", "endpiont"))
    assert (unknown.answers, unknown.line) == (None, 3)
    assert "endpoint" in unknown.fault
    wrong = read_edited(PLAN + '\n[vip]\naddress = "10.0.0.300/24"\n')
    assert wrong.line == 9
    assert wrong.answers is not None
    assert read_edited("a = [").answers is None


def test_a_wrong_mode_of_the_drafts_folder_is_put_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wizard.files.editor import text_to_edit

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "halb" / "drafts").mkdir(parents=True, mode=0o755)
    with text_to_edit("secret") as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert all(stat.S_IMODE(folder.stat().st_mode) == 0o700 for folder in (path.parent, path.parent.parent))
    assert not path.parent.exists()
