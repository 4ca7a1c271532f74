"""Examples in empty fields: nobody's name or address, of the network that the answers are in."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.wizard.tui.support.pilot import ARTICLE
from wizard.questions.answers import Answers, Place
from wizard.questions.session import judge
from wizard.tui.forms.examples import example
from wizard.tui.forms.machine_rows import suggestion

TABLES = {"control_plane": ("name", "address"), "lb": ("name", "address", "address6"), "vip": ("address", "address6")}
FIELDS = [(table, key) for table, keys in TABLES.items() for key in keys]
PLACES = st.builds(
    lambda field, number: Place(field[0], 0 if field[0] == "vip" else number, field[1]),
    st.sampled_from(FIELDS),
    st.integers(0, 6),
)
NETWORK = ip_interface("192.0.2.0/24").network
HOSTS = st.integers(1, 254).map(lambda last: f"192.0.2.{last}")
TEXTS = HOSTS | st.sampled_from(["m1", "m2", "k8s-master2", "haproxy-lb1", "fd00:2::1", "192.0.2.9/24", "x y"])
ANSWERS = st.dictionaries(PLACES, TEXTS, max_size=12).map(Answers)


def given_for(place: Place, answers: Answers) -> str:
    return example(place, "e", answers)


@settings(max_examples=times(300))
@given(ANSWERS, PLACES)
def test_no_example_is_taken(answers: Answers, place: Place) -> None:
    answers = answers.put(place, "")
    told = given_for(place, answers).partition("/")[0]
    kind = "address" if place.key.startswith("address") else "name"
    # Stacked, a load balancer is a control-plane node.
    nodes = {answers[at] for at in answers if (at.table, at.key) == ("control_plane", place.key)}
    same = place.table == "lb" and told in nodes
    tables = (
        {"lb"} if same or (place.table, kind) == ("lb", "name") else {place.table} if kind == "name" else set(TABLES)
    )
    taken = {answers[at].partition("/")[0] for at in answers if at.key.startswith(kind) and at.table in tables}
    assert not told or told not in taken


@settings(max_examples=times(200))
@given(st.dictionaries(PLACES.filter(lambda place: place.key == "address"), HOSTS, min_size=1, max_size=8), PLACES)
def test_an_example_is_of_the_network_that_the_machines_are_in(texts: dict[Place, str], place: Place) -> None:
    place = place._replace(key="address")
    texts.pop(place, None)
    told = given_for(place, Answers({at: text + "/24" * (at.table == "vip") for at, text in texts.items()}))
    assert not told or not texts or ip_interface(f"{told.partition('/')[0]}/24").network == NETWORK


def test_the_articles_next_machines_are_counted_on() -> None:
    answers = Answers(ARTICLE)
    assert given_for(Place("lb", 2, "name"), answers) == "haproxy-lb3"
    assert given_for(Place("lb", 2, "address"), answers) == "192.168.2.143"
    assert given_for(Place("control_plane", 3, "address"), answers) == "192.168.2.154"
    assert [given_for(Place("lb", number, "name"), Answers()) for number in range(3)] == [
        "haproxy-lb1", "haproxy-lb2", "haproxy-lb3",
    ]  # fmt: skip
    assert given_for(Place("lb", 1, "address"), Answers()) == "192.168.2.142"
    assert given_for(Place("vip", 0, "address"), Answers()) == "192.168.2.140/24"
    assert given_for(Place("lb", 0, "interface"), answers) == "e"


def stacked(balancers: int) -> Answers:
    answers = Answers({**ARTICLE, **{at: "" for at in ARTICLE if at.table == "lb"}})
    for number in range(3):
        for key, text in (("name", f"m{number + 1}"), ("address", f"192.168.2.15{number + 1}")):
            answers = answers.put(Place("control_plane", number, key), text)
            if number < balancers:
                answers = answers.put(Place("lb", number, key), text)
    return answers


@pytest.mark.parametrize("balancers", [1, 2, 3])
def test_stacked_no_load_balancer_is_suggested_that_is_no_master(balancers: int) -> None:
    answers = stacked(balancers)
    assert "layout" not in {place.key for place in judge(answers).faults}
    name = f"m{balancers + 1}" if balancers < 3 else ""
    assert suggestion(Place("lb", balancers, "name"), answers) == name
    assert given_for(Place("lb", balancers, "name"), answers) == name
    assert given_for(Place("lb", balancers, "address"), answers) == (f"192.168.2.15{balancers + 1}" if name else "")
    assert suggestion(Place("control_plane", 3, "name"), answers) == "m4"
