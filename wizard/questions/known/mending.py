"""Answers as they were meant: a name copied with its scheme and port, an address with a prefix length, capitals.

What can have been meant in one way only is put right; for what is likely there is a proposal, which the user may take.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from rules.plan import UNKNOWN, KeyPath, MeantError, key_at
from wizard.questions.answers import Answers, fault, typed


class Mended(NamedTuple):
    """An answer that was put right: what was typed, what it is now, and the other answers that it held."""

    place: KeyPath
    was: str
    now: str
    more: Mapping[KeyPath, str] = {}

    @property
    def also(self) -> str:
        """The other answers in words."""
        return "".join(f", and the {key_at(place).label.lower()} {text}" for place, text in self.more.items())

    def put(self, answers: Answers) -> Answers:
        """The answers with this one put right."""
        for place, text in {self.place: self.now, **self.more}.items():
            answers = answers.put(place, text)
        return answers

    @property
    def words(self) -> str:
        """What was done, in a short sentence."""
        return f"put right: '{self.was}' is {self.now}{self.also}"


class ReadAnswers(NamedTuple):
    """What some answers say: `right` are the answers with those that were `mended`, `values` what they are, read.

    `faults` are those that can't be read, in words, and `proposals` what is likely meant by them.
    """

    right: Answers
    mended: tuple[Mended, ...]
    values: Mapping[KeyPath, Any]
    faults: Mapping[KeyPath, str]
    proposals: Mapping[KeyPath, str]

    @property
    def said(self) -> dict[KeyPath, Any]:
        """The values, and UNKNOWN for each answer that can't be read."""
        return {**dict.fromkeys(self.faults, UNKNOWN), **self.values}


@lru_cache(maxsize=4)  # several parts of a screen ask after each key
def read(answers: Answers) -> ReadAnswers:
    """Read the answers, and put right those of which it is certain what was meant."""
    values: dict[KeyPath, Any] = {}
    errors: dict[KeyPath, ValueError] = {}
    mended = []
    right = answers
    for place in answers:
        try:
            values[place] = _value(place, answers[place])
        except ValueError as error:
            meant = _certain(place, error, answers)
            if not meant:
                errors[place] = error
                continue
            values |= {other: _value(other, text) for other, text in meant.items()}
            more = {other: text for other, text in meant.items() if other != place}
            mended.append(Mended(place, answers[place], meant[place], more))
            right = mended[-1].put(right)
    faults = {place: str(error) for place, error in errors.items()}
    proposals = {
        place: error.meant
        for place, error in errors.items()
        if isinstance(error, MeantError) and not fault(place, error.meant)
    }
    return ReadAnswers(right, tuple(mended), values, faults, proposals)


def _certain(place: KeyPath, error: ValueError, answers: Answers) -> dict[KeyPath, str]:
    """The answers that a wrong one certainly stands for; none where it may stand for others, or another one differs."""
    if not isinstance(error, MeantError) or not error.certain:
        return {}
    more = {place._replace(key=key): text for key, text in error.more.items()}
    if any(answers[other] not in ("", text) for other, text in more.items()):
        return {}
    meant = {place: error.meant, **more}
    return {} if any(fault(other, text) for other, text in meant.items()) else meant


def _value(place: KeyPath, text: str) -> Any:
    return key_at(place).read(typed(place, text))


def unmendable(place: KeyPath, text: str) -> str:
    """What is wrong with an answer, in words; "" for a right one, for none, and for one that will be put right."""
    try:
        _value(place, text) if text else None
    except ValueError as error:
        return "" if _certain(place, error, Answers()) else str(error)
    return ""
