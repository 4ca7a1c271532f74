"""Judging the answers in a thread, a moment after they have changed."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.app import App
from textual.message import Message
from textual.timer import Timer

from wizard.questions.answers import Answers
from wizard.questions.session import Judgement, judge, missing_of
from wizard.tui.session import Session

PAUSE = 0.3  # seconds without a change after which the answers are judged


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
        session.follow(self._later)

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
        for screen in self._app.screen_stack:
            screen.post_message(AnswersJudged(outcome))
