"""The draft of a session: when it has to be saved, and what becomes of one that somebody else left for the folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.questions.answers import Answers, to_toml

if TYPE_CHECKING:
    from wizard.files import DraftStore, Failure


class SessionDraft:
    """Keeps the answers of a session for `directory`.

    A draft that this run has neither read nor written is never replaced: it gets a number first
    (`wizard.files.earlier`), and `drop` leaves it alone. Without a `store` nothing is kept.
    """

    def __init__(self, store: DraftStore | None, directory: Path, kept: Answers | None = None) -> None:
        self.path: Path | None = None
        self._store = store
        self._directory = directory
        self._kept = Answers() if kept is None else kept
        self._own: str | None = None

    def begin(self, kept: Answers, *, own: str | None = None) -> None:
        """Go on with other answers. `kept` are those that need no draft: they are in a file, or none at all.

        `own` is the text of the draft that was read, which may then be replaced.
        """
        self._kept = kept
        self._own = own
        self.path = None

    def is_kept(self, answers: Answers) -> bool:
        """Whether nothing is lost when these answers are given up."""
        return answers == self._kept

    def save(self, answers: Answers) -> Path | Failure | None:
        """Save the answers, unless that is not needed (None); gives the draft's path, or what went wrong."""
        if self._store is None or self.is_kept(answers):
            return None
        if self._is_foreign():
            from wizard.files.earlier import keep_earlier

            earlier = keep_earlier(self._directory)
            if earlier is not None and not isinstance(earlier, Path):
                return earlier
        saved = self._store.save(to_toml(answers), self._directory)
        if isinstance(saved, Path):
            self._kept = answers
            self.path = saved
            self._own = self._text()
        return saved

    def drop(self) -> None:
        """Remove the draft, if it is this run's."""
        if self._store is not None and not self._is_foreign():
            self._store.drop(self._directory)

    def _is_foreign(self) -> bool:
        text = self._text()
        return text is not None and text != self._own

    def _text(self) -> str | None:
        """The text of the draft that is there now."""
        from wizard.files import SavedDraft

        found = self._store.load(self._directory) if self._store is not None else None
        return found.text if isinstance(found, SavedDraft) else None
