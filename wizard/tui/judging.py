"""What follows a change of the answers a moment later, in a thread: they are judged, and the draft is saved."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from textual.app import App
from textual.message import Message
from textual.timer import Timer

from wizard.questions.answers import Answers
from wizard.questions.session import Judgement, judge, missing_of
from wizard.tui.session import Session

PAUSE = 0.3  # seconds without a change after which the answers are judged
SAVE_PAUSE = 0.4  # seconds from a change to its being saved: however fast one types, it is on disk within a second


class AnswersJudged(Message, bubble=False):
    """The answers have been judged; every screen on the stack gets it."""

    def __init__(self, outcome: Judgement) -> None:
        super().__init__()
        self.outcome = outcome


class Judging:
    """Keeps a session's outcome up to date, and tells the app's screens (`AnswersJudged`).

    Each change of the answers is a revision: the outcome of one that has been overtaken is thrown away.
    """

    def __init__(self, app: App[Any], session: Session) -> None:
        self._app = app
        self._session = session
        self._revision = 0
        self._timer: Timer | None = None
        self._news = asyncio.Event()
        session.follow(self._later)

    async def up_to_date(self) -> None:
        """Wait until the outcome is about the answers as they are now; not in a handler of the app, which takes it."""
        while not self._session.is_judged:
            self._news.clear()
            await self._news.wait()

    def _later(self) -> None:
        self._revision += 1
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._app.set_timer(PAUSE, self._begin)

    def _begin(self) -> None:
        work = partial(self._judge, self._revision, self._session.answers)
        self._app.run_worker(work, thread=True, exclusive=True, group="judge", exit_on_error=False)

    def _judge(self, revision: int, answers: Answers) -> None:
        """Run in the thread."""
        try:
            outcome = judge(answers)
        except Exception as error:  # whatever fails there must not cost the answers on the screen
            words = f"the answers could not be judged ({type(error).__name__}: {error}); this is a bug in halb-wizard"
            outcome = Judgement(answers, {}, (words,), missing_of(answers))
        self._app.call_later(self._done, revision, outcome)

    def _done(self, revision: int, outcome: Judgement) -> None:
        if revision != self._revision:
            return
        self._session.take_outcome(outcome)
        self._news.set()
        for screen in self._app.screen_stack:
            screen.post_message(AnswersJudged(outcome))


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
            self._timer = self._app.set_timer(SAVE_PAUSE, self._begin)

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
