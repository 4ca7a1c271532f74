"""What was typed is on disk within a second, also while typing goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from textual.app import App

from tests.wizard.tui.support.pilot import Driven, drive, focused, send_at_once, until
from wizard import files as store
from wizard.questions.answers import Answers, Place, from_toml
from wizard.tui.app import Wizard
from wizard.tui.judging import Saving
from wizard.tui.session import Session

ENDPOINT = Place("cluster", 0, "endpoint")
LIMIT = 1000  # milliseconds


class Clock:
    """What `Saving` needs of Textual, with a clock that the test moves: no machine is too slow for it."""

    def __init__(self) -> None:
        self.now = 0
        self.due: list[tuple[int, Callable[[], None]]] = []
        self.screen_stack: list[object] = []
        self.said: list[str] = []

    def set_timer(self, seconds: float, then: Callable[[], None]) -> object:
        self.due.append((self.now + round(1000 * seconds), then))
        return then

    def run_worker(self, work: Callable[[], None], **_how: object) -> None:
        work()

    def call_later(self, then: Callable[..., None], *arguments: object) -> None:
        then(*arguments)

    def notify(self, text: str, **_how: object) -> None:
        self.said.append(text)

    def move_to(self, now: int) -> None:
        while self.due and (first := min(self.due, key=lambda one: one[0]))[0] <= now:
            self.due.remove(first)
            self.now = first[0]
            first[1]()
        self.now = now


def saved_in(folder: Path) -> Answers:
    found = store.load(folder)
    return from_toml(found.text) if isinstance(found, store.SavedDraft) else Answers()


@pytest.mark.parametrize("between", [1, 70, 120, 390, 399, 400, 401, 900, 1500])
def test_no_character_is_a_second_old_and_not_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, between: int
) -> None:
    """`between`: milliseconds from one key to the next one."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    session, clock = Session(tmp_path, store=store), Clock()
    Saving(cast("App[Any]", clock), session)
    typed: list[tuple[int, str]] = []  # when, and the whole text then
    for number in range(60):
        clock.move_to(number * between)
        typed.append((clock.now, "kube" + "x" * number))
        session.set_answer(ENDPOINT, typed[-1][1])
        old = [text for at, text in typed if clock.now - at >= LIMIT]
        if old:
            assert len(saved_in(tmp_path)[ENDPOINT]) >= len(old[-1])
    clock.move_to(clock.now + LIMIT)
    assert saved_in(tmp_path)[ENDPOINT] == typed[-1][1]
    assert not clock.due
    assert not clock.said


@pytest.mark.slow
def test_it_is_saved_while_keys_keep_coming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the app: no pause in typing is waited for. So many keys last for seconds on any machine."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    async def script(pilot: Driven, app: Wizard) -> None:
        await app.go("dns")
        await until(pilot, lambda: focused(app) == ENDPOINT)
        typed = 0
        for _ in range(2):
            before, keys = saved_in(tmp_path)[ENDPOINT], 0
            while (saved := saved_in(tmp_path)[ENDPOINT]) == before:
                assert keys < 300, f"{keys} keys, and nothing is saved"
                send_at_once(app, "k")
                await pilot.pause(0.01)
                keys += 1
            typed += keys
            assert len(before) < len(saved) <= typed
        assert app.session.answers[ENDPOINT].startswith(saved)

    drive(tmp_path, script, store=store)
