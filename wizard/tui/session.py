"""One run of the wizard: the folder, the answers and what they amount to, and the draft. It knows no screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from wizard.questions.answers import Answers, Place
from wizard.questions.history import History
from wizard.questions.known.mending import Mended, read
from wizard.questions.session import Judgement, missing_of, step_of
from wizard.questions.session_draft import SessionDraft

if TYPE_CHECKING:
    from rules.live import NameServer
    from wizard.files import DraftStore, Failure


class Import(NamedTuple):
    """What existing files hold: the answers, and a line for everything that the user must know."""

    answers: Answers
    notes: tuple[str, ...] = ()


_MORE_THAN_LOOKING = {"write", "cutover"}

Importer = Callable[[Sequence[str]], Import]
"""Reads the files of these paths; raises ValueError or OSError with the words for the user."""


class Session:
    """The state of one run.

    `answers` change through `set_answer`, `put_right`, `replace_answers` and `undo` alone, which tell the followers;
    `outcome` comes a moment later (`wizard.tui.judging`). Nothing is written below `directory` before the write screen.
    `overrides`: the user's reasons for accepting errors, by rule code. `mended`: what was put right, by its answer;
    `untold`: what of that the user has not seen, as the step was left with it. `before`: the answers that the machines'
    files were made of so far, None where there are none. `edited`: the text of halb.toml as the user has written it in
    an editor, "" if not. `visited`: the keys of the steps that were shown or answered. `written`: the answers whose
    files were written in this run, None while there are none; `plan_saved`: whether halb.toml alone was.
    """

    def __init__(
        self,
        directory: Path,
        *,
        store: DraftStore | None = None,
        importer: Importer | None = None,
        offline: bool = False,
        resolvers: Sequence[NameServer | str] | None = None,
    ) -> None:
        self.directory = directory
        self.store = store
        self.importer = importer
        self.offline = offline
        self.resolvers = resolvers
        self.answers = Answers()
        self.history = History()
        self.before: Answers | None = None
        self.visited: set[str] = set()
        self.written: Answers | None = None
        self.plan_saved = False
        self.overrides: dict[str, str] = {}
        self.outcome = Judgement(self.answers, {}, missing=missing_of(self.answers))
        self.files_before: Mapping[str, str] = {}
        self.mended: dict[Place, Mended] = {}
        self.untold: list[Mended] = []
        self.draft = SessionDraft(store, directory)
        self.draft_note = ""
        self.last_words = ""
        self.edited = ""
        self._followers: list[Callable[[], None]] = []
        self._saving = RLock()
        self._last_files: Mapping[str, str] = {}

    # The answers

    def set_answer(self, place: Place, text: str) -> None:
        """Set one answer."""
        if self.answers[place] != text:
            self.history.typed(self.answers, place)
            self._change(self.answers.put(place, text))

    def put_right(self, places: Collection[Place]) -> tuple[Mended, ...]:
        """Put right those of these answers of which it is certain what was meant; gives what that changed."""
        mended = tuple(one for one in read(self.answers).mended if one.place in places)
        if mended:
            answers = self.answers
            for one in mended:
                answers = one.put(answers)
                self.mended[one.place] = one
            self._change(answers)
        return mended

    def replace_answers(self, answers: Answers) -> None:
        """Set all answers at once: those of a draft or of imported files."""
        self.visited |= {step.key for place in answers if (step := step_of(place)) is not None}
        if answers != self.answers:
            self.history.replaced(self.answers)
        self._change(answers)

    def undo(self) -> Place | None:
        """Take back the latest change of the answers; gives a place that it was about, None if nothing was changed."""
        undone = self.history.undo(self.answers)
        if undone is None:
            return None
        self._change(undone.answers)
        return undone.place

    def begin(self, answers: Answers, *, kept: Answers | None = None, own: str | None = None) -> None:
        """Continue with another cluster's answers; `kept` and `own` are those of `SessionDraft.begin`."""
        with self._saving:
            self.draft.begin(Answers() if kept is None else kept, own=own)
            self.before = self.written = None
            self.plan_saved = False
            self.edited = ""
            self.overrides.clear()
            self.mended.clear()
            self.visited.clear()
            # Until these are judged, what is missing is all there is to say: what was found in others is not theirs.
            self.outcome = Judgement(Answers(), {}, missing=missing_of(answers))
            self.replace_answers(answers)
            self.history.clear()

    def follow(self, follower: Callable[[], None]) -> None:
        """Call this whenever the answers have changed."""
        self._followers.append(follower)

    def _change(self, answers: Answers) -> None:
        self.answers = answers
        for follower in self._followers:
            follower()

    # What they amount to

    @property
    def done(self) -> frozenset[str]:
        """The keys of the steps that are done, as far as their answers are; some take more than being looked at."""
        looked_at = self.visited - _MORE_THAN_LOOKING
        return frozenset(looked_at | {"write"} if self.written == self.answers else looked_at)

    @property
    def is_judged(self) -> bool:
        """Whether `outcome` is about the answers as they are now."""
        return self.outcome.answers == self.answers

    def take_outcome(self, outcome: Judgement) -> None:
        """Keep a new outcome, and the files of the one before for comparison."""
        self.outcome = outcome._replace(base=self.edited, gone=self._gone(outcome.answers))
        if outcome.files:
            if outcome.files != self._last_files:
                self.files_before = self._last_files
            self._last_files = outcome.files

    def _gone(self, answers: Answers) -> frozenset[Place]:
        """What the halb.toml that was begun with says to the linter alone, and the answers do not say any more."""
        before = Answers() if self.before is None else self.before
        return frozenset(place for place in before if place.table == "lint" and not answers[place])

    # The draft

    def save_draft(self) -> Failure | None:
        """Save the answers, if they have changed since the last time; returns what went wrong. From any thread."""
        with self._saving:
            saved = self.draft.save(self.answers)
            if saved is None:
                return None
            if isinstance(saved, Path):
                self.draft_note = f"draft saved {datetime.now().astimezone():%H:%M}"
                self.last_words = resume_words(saved, self.directory)
                return None
            self.draft_note = "draft NOT saved"
            return saved

    def files_written(self, directory: Path) -> Answers | None:
        """Note that the files are below `directory` now, so that no draft is needed.

        Returns the answers that the machines' earlier files were made of, None where there were none.
        """
        with self._saving:
            self.draft.drop()
            self.directory = directory
            self.edited = ""
            self.draft = SessionDraft(self.store, directory, self.answers)
            self.draft_note = ""
        self.last_words = f"the files are in {directory}; 'halb-wizard verify {directory}' says what to do next"
        self.written = self.answers
        before, self.before = self.before, self.answers
        return before


def resume_words(draft: Path, directory: Path) -> str:
    """Where a draft is, and the command that continues with it."""
    return f"draft saved to {draft}; run 'halb-wizard {directory}' to resume"
