"""Undo: after any change the answers are exactly those before it, change by change."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from tests.wizard.questions.sessions import answer_sets, article
from wizard.questions.answers import Answers, Place
from wizard.questions.history import MOST
from wizard.tui.session import Session

NAME, PORT = Place("cluster", 0, "name"), Place("cluster", 0, "port")

places = st.sampled_from([NAME, PORT, Place("lb", 0, "name"), Place("lb", 1, "address")])


class Typing(NamedTuple):
    place: Place
    text: str


class Removal(NamedTuple):
    table: str
    number: int


changes_made = st.one_of(
    st.builds(Typing, places, st.text(max_size=3)),
    st.builds(Removal, st.sampled_from(["lb", "control_plane"]), st.integers(0, 2)),
    answer_sets,
)


def session(answers: Answers) -> Session:
    made = Session(Path("kacang"))
    made.begin(answers)
    return made


@given(answer_sets, st.lists(changes_made, max_size=12))
def test_every_change_is_undone_exactly_the_latest_first(
    first: Answers, changes: list[Typing | Removal | Answers]
) -> None:
    made = session(first)
    before = [made.answers]
    for change in changes:
        made.history.pause()
        match change:
            case Typing(place, text):
                made.set_answer(place, text)
            case Removal(table, number):
                made.replace_answers(made.answers.without(table, number))
            case _:
                made.replace_answers(change)
        if made.answers != before[-1]:
            before.append(made.answers)
    while len(before) > 1:
        now = before.pop()
        undone = made.undo()
        assert made.answers == before[-1]
        assert undone is not None
        assert now[undone] != made.answers[undone]
    assert made.undo() is None
    assert made.answers == first


def test_what_is_typed_into_a_field_is_one_change_until_the_field_is_left() -> None:
    made = session(article())
    for text in ("k", "ka", "kac"):
        made.set_answer(NAME, text)
    made.history.pause()
    made.set_answer(NAME, "kacang")
    assert made.undo() == NAME
    assert made.answers[NAME] == "kac"
    assert made.undo() == NAME
    assert made.answers == article()


def test_another_cluster_has_no_past() -> None:
    made = session(article())
    made.set_answer(NAME, "kacang")
    made.begin(Answers())
    assert made.undo() is None
    assert made.answers == Answers()


def test_two_hundred_changes_are_remembered() -> None:
    made = session(Answers())
    for number in range(MOST + 5):
        made.history.pause()
        made.set_answer(PORT, str(number + 1))
    for _ in range(MOST):
        assert made.undo() == PORT
    assert made.undo() is None
    assert made.answers[PORT] == "5"
