"""Rows of machines without a screen: what leaving them and Enter do to any answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.plan.schema import SCHEMA
from tests.wizard.questions.sessions import answer_sets
from wizard.questions.answers import Answers, Place
from wizard.questions.reading.machine_lists import is_list
from wizard.questions.session import places
from wizard.questions.steps import Step, steps
from wizard.tui.forms.machine_rows import entered, left, may_stay_empty, row_is_empty, suggestion

LISTS = [step for step in steps() if step.many]
MASTERS = next(step for step in steps() if step.key == "control-plane")
tables = st.sampled_from(["lb", "control_plane"])
rows = st.dictionaries(
    st.builds(Place, tables, st.integers(0, 4), st.sampled_from(["name", "address", "interface"])).filter(
        lambda place: place.key in SCHEMA[place.table].keys
    ),
    st.sampled_from(["lb1", "k8s-09", "10.0.0.1", "10.0.0.2-4", "fd00::1", "a=10.0.0.9", "eth0", "no!"]),
    max_size=9,
).map(Answers)


def begun(step: Step, answers: Answers) -> list[Place]:
    """The fields of the rows that have something."""
    return [place for place in places(step, answers) if not row_is_empty(place, answers)]


@pytest.mark.parametrize("step", LISTS, ids=lambda step: step.key)
@given(answers=rows | answer_sets)
def test_a_row_that_was_left_has_what_it_suggests_and_no_list_in_a_cell(step: Step, answers: Answers) -> None:
    found = left(step, answers)
    for place in begun(step, found):
        assert found[place] or not suggestion(place, found)
        assert not is_list(place, found[place])
    assert left(step, found) == found


@pytest.mark.parametrize("step", LISTS, ids=lambda step: step.key)
@given(answers=rows | answer_sets)
def test_leaving_a_row_loses_nothing_and_touches_no_other_step(step: Step, answers: Answers) -> None:
    found = left(step, answers)
    mine = set(places(step, answers))
    kept = [found[place] for place in found]
    for place in answers:
        if place in mine and not is_list(place, answers[place]):
            assert answers[place] in kept
        elif place.table != step.fields[0].table:
            assert found[place] == answers[place]


@pytest.mark.parametrize("step", LISTS, ids=lambda step: step.key)
@given(answers=rows, data=st.data())
def test_enter_leads_to_a_field_that_is_there_and_ends(step: Step, answers: Answers, data: st.DataObject) -> None:
    """Enter again and again comes to the end of the step, or to what is missing there."""
    place = data.draw(st.sampled_from(places(step, answers)))
    for _ in range(60):
        answers, following = entered(step, place, answers)
        if following is None:
            return
        assert following in places(step, answers)
        place = following
    raise AssertionError(f"Enter has no end: {place}")


@given(rows)
def test_enter_on_an_empty_row_that_is_not_needed_leaves_the_answers(answers: Answers) -> None:
    answers = left(MASTERS, answers)
    last = places(MASTERS, answers)[-2]
    assert may_stay_empty(MASTERS, last, answers)
    assert entered(MASTERS, last, answers) == (answers, None)
