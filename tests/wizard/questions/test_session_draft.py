"""The draft of a session, and what becomes of older ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wizard import files as store
from wizard.files.earlier import earlier, keep_earlier
from wizard.questions.answers import Answers, Place
from wizard.questions.session_draft import SessionDraft
from wizard.questions.start_choices import look

NAME = Place("cluster", 0, "name")
OLD = '[cluster]\nname = "old"\n'


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def named(name: str) -> Answers:
    return Answers({NAME: name})


def loaded(folder: Path) -> str:
    found = store.load(folder)
    assert isinstance(found, store.SavedDraft)
    return found.text


def test_an_older_draft_is_kept_under_a_number_and_can_be_found(tmp_path: Path) -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    store.save(OLD, tmp_path, when=when)
    session = SessionDraft(store, tmp_path)
    assert isinstance(session.save(named("new")), Path)
    assert "new" in loaded(tmp_path)
    (kept,) = earlier(tmp_path)
    assert (kept.text, kept.saved) == (OLD, when)
    (origin,) = look(tmp_path, store, None).earlier
    assert origin.answers == named("old")
    assert earlier(tmp_path / "other") == ()


def test_one_s_own_draft_is_replaced_without_a_copy(tmp_path: Path) -> None:
    store.save(OLD, tmp_path)
    session = SessionDraft(store, tmp_path)
    session.begin(Answers(), own=loaded(tmp_path))
    for name in ("a", "b", "c"):
        session.save(named(name))
    assert earlier(tmp_path) == ()
    assert "c" in loaded(tmp_path)
    session.drop()
    assert store.load(tmp_path) is None


def test_what_another_session_saved_meanwhile_is_not_lost(tmp_path: Path) -> None:
    one, other = SessionDraft(store, tmp_path), SessionDraft(store, tmp_path)
    one.save(named("one"))
    other.save(named("other"))
    one.save(named("one again"))
    other.drop()
    assert "one again" in loaded(tmp_path)
    assert [look(tmp_path, store, None).earlier[number].answers[NAME] for number in (0, 1)] == ["other", "one"]


def test_the_latest_comes_first_beyond_nine_and_equal_ones_are_kept_once(tmp_path: Path) -> None:
    for number in range(12):
        for _ in range(2):
            store.save(f'[cluster]\nname = "{number}"\n', tmp_path)
            assert isinstance(keep_earlier(tmp_path), Path)
    assert [draft.text.split('"')[1] for draft in earlier(tmp_path)] == [str(number) for number in reversed(range(12))]
    assert keep_earlier(tmp_path / "other") is None


def test_answers_that_a_file_has_need_no_draft(tmp_path: Path) -> None:
    store.save(OLD, tmp_path)
    session = SessionDraft(store, tmp_path)
    session.begin(named("of halb.toml"))
    assert session.save(named("of halb.toml")) is None
    session.drop()
    assert loaded(tmp_path) == OLD


def test_an_older_draft_that_can_not_be_kept_is_not_replaced(tmp_path: Path) -> None:
    path = store.save(OLD, tmp_path)
    assert isinstance(path, Path)
    # The number after this one makes a name that no file system takes.
    path.with_name(f"{path.name}.{'9' * (254 - len(path.name))}").touch()
    found = SessionDraft(store, tmp_path).save(named("new"))
    assert isinstance(found, store.Failure)
    assert found.text.startswith("the earlier draft can't be kept: ")
    assert loaded(tmp_path) == OLD


def test_without_a_store_nothing_is_kept(tmp_path: Path) -> None:
    session = SessionDraft(None, tmp_path)
    assert session.save(named("a")) is None
    assert not session.is_kept(named("a"))
    session.drop()
