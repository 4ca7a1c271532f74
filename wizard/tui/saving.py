"""Saving the draft in a thread, a moment after the answers have changed."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.message import Message
from textual.timer import Timer

from wizard.tui.session import Session

PAUSE = 0.4  # seconds from a change to its being saved: however fast one types, it is on disk within a second


class DraftSaved(Message, bubble=False):
    """The words about the draft have changed; every screen on the stack gets it."""


class Saving:
    """Saves the answers of a session by themselves, and says once what keeps them from being saved."""

    def __init__(self, app: App[Any], session: Session) -> None:
        self._app = app
        self._session = session
        self._timer: Timer | None = None
        self._said = ""
        session.follow(self._later)

    def _later(self) -> None:
        if self._timer is None and self._session.store is not None:
            self._timer = self._app.set_timer(PAUSE, self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._app.run_worker(self._save, thread=True, group="draft", exit_on_error=False)

    def _save(self) -> None:
        """Run in the thread."""
        before = self._session.draft_note
        failure = self._session.save_draft()
        self._app.call_later(self._done, before, "" if failure is None else failure.text)

    def _done(self, before: str, failed: str) -> None:
        if failed and failed != self._said:
            self._app.notify(failed, severity="error", markup=False)
        self._said = failed
        if self._session.draft_note != before:
            for screen in self._app.screen_stack:
                screen.post_message(DraftSaved())
