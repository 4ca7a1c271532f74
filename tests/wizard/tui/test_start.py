"""The start screen, drafts, and leaving."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.wizard.tui.support.pilot import (
    ARTICLE,
    LARGE,
    SMALL,
    Driven,
    ask_what_to_import,
    at_step,
    drive,
    press,
    sees,
    text,
    until,
)
from wizard import files as store
from wizard.questions.answers import Answers, Place, to_toml
from wizard.questions.steps import steps
from wizard.tui.app import Wizard
from wizard.tui.dialogs.quit import QuitDialog
from wizard.tui.opening import Import
from wizard.tui.reading.search import SearchedText

pytestmark = pytest.mark.slow

ENDPOINT = Place("cluster", 0, "endpoint")


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


class FullDisk:
    """A store that can't keep anything, as on a full disk."""

    def save(self, text: str, directory: Path) -> Path | store.Failure:
        return store.Failure("the draft was not saved: no space left on device")

    def load(self, directory: Path) -> store.SavedDraft | store.Failure | None:
        return None

    def drop(self, directory: Path) -> store.Failure | None:
        return None


def test_a_draft_is_kept_at_each_step_and_resumed_where_it_was_left(tmp_path: Path) -> None:
    async def first(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "k.example.com", "enter", "enter", "enter")
        await at_step(pilot, "initial-master")
        saved = store.load(tmp_path)
        assert isinstance(saved, store.SavedDraft)
        assert tomllib.loads(saved.text) == {"cluster": {"endpoint": "k.example.com"}}
        await press(pilot, "m1", "enter", "10.0.0.999", "ctrl+q")
        await until(pilot, lambda: app._exit)

    left = drive(tmp_path, first, store=store)
    assert str(tmp_path / "state") in left.session.last_words

    async def second(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Resume")
        await press(pilot, "enter")
        await at_step(pilot, "initial-master")
        await sees(pilot, "✗ Address: ")

    assert drive(tmp_path, second, store=store).session.answers == left.session.answers


@pytest.mark.parametrize("step", [step.key for step in steps() if step.key != "cutover"])
def test_ctrl_q_leaves_from_every_step_and_the_answers_stay_in_the_draft(tmp_path: Path, step: str) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go(step)
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: app._exit)

    drive(tmp_path, script, answers=ARTICLE, store=store)
    saved = store.load(tmp_path)
    assert isinstance(saved, store.SavedDraft)
    assert tomllib.loads(saved.text) == tomllib.loads(to_toml(Answers(ARTICLE)))
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_when_the_draft_can_not_be_kept_leaving_asks_first_and_says_why(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await press(pilot, "k.example.com", "ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitDialog))
        await sees(pilot, "no space left on device")
        await press(pilot, "enter")
        await until(pilot, lambda: not isinstance(app.screen, QuitDialog))
        assert not app._exit
        await press(pilot, "ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitDialog))
        await press(pilot, "up", "enter")
        await until(pilot, lambda: app._exit)

    drive(tmp_path, script, store=FullDisk())


def test_escape_on_the_start_asks_whether_to_leave(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        await press(pilot, "escape")
        await sees(pilot, "Leave halb?")
        await press(pilot, "escape")
        await until(pilot, lambda: not isinstance(app.screen, QuitDialog))
        await press(pilot, "escape")
        await sees(pilot, "Leave halb?")
        await press(pilot, "enter")
        await until(pilot, lambda: app._exit)

    drive(tmp_path, script)


def test_a_halb_toml_in_the_folder_can_be_changed(tmp_path: Path) -> None:
    (tmp_path / "halb.toml").write_text(to_toml(Answers(ARTICLE)))

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Change")
        await press(pilot, "enter")
        await at_step(pilot, "dns")

    in_use = {**ARTICLE, Place("cluster", 0, "port"): "6443"}
    assert drive(tmp_path, script).session.answers == Answers(in_use)


@pytest.mark.parametrize(("data", "said"), [(b"[cluster\n", "can't be read"), (b"\xff\xfe", "is not UTF-8")])
def test_a_halb_toml_that_is_none_is_named_and_a_new_cluster_can_be_begun(
    tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "halb.toml").write_bytes(data)

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "Change")
        await press(pilot, "enter")
        await sees(pilot, said)
        await press(pilot, "down", "enter")
        await at_step(pilot, "dns")

    drive(tmp_path, script)


def test_a_damaged_draft_is_reported(tmp_path: Path) -> None:
    path = store.save('[cluster]\nname = "a"\n', tmp_path)
    assert isinstance(path, Path)
    path.write_text("nothing of ours")

    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "can't be used")
        assert "Resume" not in text(pilot)

    drive(tmp_path, script, store=store)


def test_import_shows_its_errors_then_its_notes_and_takes_the_answers_over(tmp_path: Path) -> None:
    threads = []
    notes = ("haproxy.cfg:3: listen stats is kept by nobody", "b is less than that", "a is the least of all")

    def importer(paths: Sequence[str]) -> Import:
        threads.append(threading.current_thread())
        if paths != ["lb 1", "lb2"]:
            raise ValueError(f"{paths[0]}: no such file")
        return Import(Answers(ARTICLE), notes)

    async def script(pilot: Driven, app: Wizard) -> None:
        await ask_what_to_import(pilot)
        await press(pilot, "enter")
        await sees(pilot, "name a folder or a file")
        await press(pilot, "nowhere", "enter")
        await sees(pilot, "nowhere: no such file")
        app.screen.query_one(Input).value = "'lb 1' lb2"
        await press(pilot, "enter")
        await sees(pilot, "listen stats is kept by nobody")
        shown = app.screen.query_one(SearchedText).plain
        assert [line.strip() for line in shown.split("\n")] == list(notes), "in the importer's order, the worst first"
        await press(pilot, "enter")
        await at_step(pilot, "dns")

    app = drive(tmp_path, script, importer=importer)
    assert app.session.answers == Answers(ARTICLE)
    assert threading.main_thread() not in threads


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_what_to_import_is_an_example_and_not_an_answer(tmp_path: Path, size: tuple[int, int]) -> None:
    """Folders of these names look as if they had been found: the field says that they were not."""

    def importer(paths: Sequence[str]) -> Import:
        raise AssertionError(paths)

    async def script(pilot: Driven, app: Wizard) -> None:
        await ask_what_to_import(pilot)
        await sees(pilot, "for example: lb1/ lb2/")
        assert app.screen.query_one(Input).value == ""
        await press(pilot, "enter")
        await sees(pilot, "name a folder or a file")

    (tmp_path / "lb1").mkdir()
    (tmp_path / "lb2").mkdir()
    drive(tmp_path, script, importer=importer, size=size)


def test_without_an_importer_nothing_is_said_of_import(tmp_path: Path) -> None:
    async def script(pilot: Driven, app: Wizard) -> None:
        await sees(pilot, "New")
        assert "Import" not in text(pilot)

    drive(tmp_path, script)
