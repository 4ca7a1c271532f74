"""What the answers were before each change, so that changes can be undone, the latest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wizard.questions.answers import Answers, Place

MOST = 200
"""Changes that are remembered."""


class Undone(NamedTuple):
    """The answers before a change, and the first place where they differ from those after it."""

    answers: Answers
    place: Place


class History:
    """The answers before each change. What is typed into one field, letter by letter, is one change."""

    def __init__(self) -> None:
        self._before: list[Answers] = []
        self._typing: Place | None = None

    def typed(self, before: Answers, place: Place) -> None:
        """One answer is about to change."""
        if place != self._typing:
            self._keep(before)
            self._typing = place

    def replaced(self, before: Answers) -> None:
        """Several answers are about to change at once."""
        self._keep(before)
        self._typing = None

    def pause(self) -> None:
        """What is typed from now on is another change, even in the same field: it was left."""
        self._typing = None

    def clear(self) -> None:
        """Forget all: these are another cluster's answers."""
        self._before.clear()
        self._typing = None

    def undo(self, now: Answers) -> Undone | None:
        """Take back the latest change that made a difference; None if there is none."""
        self._typing = None
        while self._before:
            before = self._before.pop()
            place = next(_differing(before, now), None)
            if place is not None:
                return Undone(before, place)
        return None

    def _keep(self, before: Answers) -> None:
        self._before.append(before)
        del self._before[:-MOST]


def _differing(one: Answers, other: Answers) -> Iterator[Place]:
    places = dict.fromkeys((*one, *other))
    return (place for place in places if one[place] != other[place])
