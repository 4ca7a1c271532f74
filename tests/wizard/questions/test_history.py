"""Undo: after any change the answers are exactly those before it, change by change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.wizard.questions.sessions import answer_sets, article
from wizard.questions.answers import Answers, Place
from wizard.questions.history import MOST
from wizard.tui.session import Session

NAME, PORT = Place("cluster", 0, "name"), Place("cluster", 0, "port")
Change = Callable[[Session], None]

places = st.sampled_from([NAME, PORT, Place("lb", 0, "name"), Place("lb", 1, "address")])
typing = st.tuples(places, st.text(max_size=3))
removals = st.tuples(st.sampled_from(["lb", "control_plane"]), st.integers(0, 2))


def session(answers: Answers) -> Session:
    made = Session(Path("kacang"))
    made.begin(answers)
    return made


@given(answer_sets, st.lists(typing | removals | answer_sets, max_size=12))
def test_every_change_is_undone_exactly_the_latest_first(first: Answers, changes: list[object]) -> None:
    made = session(first)
    before = [made.answers]
    for change in changes:
        made.history.pause()
        if isinstance(change, Answers):
            made.replace_answers(change)
        elif isinstance(change, tuple) and isinstance(change[0], Place):
            made.set_answer(*change)
        elif isinstance(change, tuple):
            made.replace_answers(made.answers.without(*change))
        if made.answers != before[-1]:
            before.append(made.answers)
    while len(before) > 1:
        now = before.pop()
        place = made.undo()
        assert made.answers == before[-1]
        assert place is not None
        assert now[place] != made.answers[place]
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
