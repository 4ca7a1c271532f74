"""Answers as they were meant: what is put right, what is only proposed, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given

from rules.plan.schema import key_at
from tests.wizard.questions.sessions import answer_sets, article
from wizard.questions.answers import Answers, Place, fault, from_toml
from wizard.questions.known.mending import read, unmendable
from wizard.questions.session import judge

NAME, PORT = Place("cluster", 0, "endpoint"), Place("cluster", 0, "port")
VIP, NODE, LB = Place("vip", 0, "address"), Place("control_plane", 0, "address"), Place("lb", 0, "address")


@pytest.mark.parametrize(
    ("place", "typed", "meant"),
    [
        (NAME, "Kube.Example.COM", "kube.example.com"),
        (NAME, "kube.example.com.", "kube.example.com"),
        (NAME, "https://kube.example.com", "kube.example.com"),
        (NAME, "https://Kube.example.com/healthz?x", "kube.example.com"),
        (NODE, "192.168.2.151/24", "192.168.2.151"),
        (NODE, "[fd00:2::1]", "fd00:2::1"),
        (LB, "192.168.2. 141", "192.168.2.141"),
        (VIP, "192.168.2.140/255.255.255.0", "192.168.2.140/24"),
        (VIP, "fd00:2::140/ffff:ffff:ffff:ffff::", "fd00:2::140/64"),
        (VIP, "[fd00:2::140]/64", "fd00:2::140/64"),
        (Place("cluster", 0, "layout"), "Stacked", "stacked"),
        (Place("haproxy", 0, "timeout-client"), "1 H", "1h"),
    ],
)
def test_what_leaves_no_doubt_is_put_right(place: Place, typed: str, meant: str) -> None:
    reading = read(article().put(place, typed))
    (mended,) = reading.mended
    assert (mended.place, mended.was, mended.now) == (place, typed, meant)
    assert reading.right == mended.put(article().put(place, typed))
    assert reading.right[place] == meant
    assert reading.faults == {}
    assert unmendable(place, typed) == ""
    assert judge(Answers({place: typed})).faults == {}


@pytest.mark.parametrize(
    ("place", "typed", "proposal"),
    [
        (VIP, "192.168.2.140", "192.168.2.140/24"),
        (VIP, "fd00:2::140", "fd00:2::140/64"),
        (VIP, "fd00:2:::140/64", "fd00:2::140/64"),
        (VIP, "fd00:2::140::/64", "fd00:2::140/64"),
        (VIP, "fd00:2::14::0/64", "fd00:2::14:0/64"),
        (VIP, "fd00:2::140:/64", "fd00:2::140/64"),
        (VIP, "fd00:2:140/64", "fd00:2::140/64"),
        (VIP, "fd00:2::140/129", "fd00:2::140/64"),
        (VIP, "[fd00::1]:6443", "fd00::1/64"),
        (NODE, "192.168.2.151:6443", "192.168.2.151"),
        (NODE, "192.168.002.151", "192.168.2.151"),
        (NAME, "kube_control.example.com", "kube-control.example.com"),
        (Place("lb", 0, "interface"), "eth0:1", "eth0"),
        (Place("haproxy", 0, "timeout-client"), "30", "30s"),
        (Place("haproxy", 0, "timeout-client"), "30000", "30000ms"),
        (Place("cluster", 0, "layout"), "stack", "stacked"),
    ],
)
def test_what_is_likely_is_proposed_and_not_taken(place: Place, typed: str, proposal: str) -> None:
    reading = read(article().put(place, typed))
    assert reading.mended == ()
    assert reading.proposals == {place: proposal}
    assert judge(article().put(place, typed)).proposals[place] == proposal
    assert fault(place, proposal) == ""


@pytest.mark.parametrize("typed", ["fe80::1/64", "fe80::1", "::1/128", "kube.example.com", "0.0.0.0", "fd00::/64"])
def test_nothing_wrong_is_proposed(typed: str) -> None:
    outcome = judge(article().put(VIP, typed))
    assert VIP in outcome.faults
    assert fault(VIP, outcome.proposals.get(VIP, "192.168.2.140/24")) == ""


def test_a_port_in_the_name_is_the_port_unless_another_one_is_said() -> None:
    typed = Answers({NAME: "kube.example.com:7443"})
    assert (read(typed).right[NAME], read(typed).right[PORT]) == ("kube.example.com", "7443")
    assert read(typed.put(PORT, "7443")).right[PORT] == "7443"
    other = read(typed.put(PORT, "6443"))
    assert other.mended == ()
    assert set(other.faults) == {NAME}
    assert other.proposals == {NAME: "kube.example.com"}


@given(answer_sets)
def test_right_answers_stay_and_what_was_put_right_is_right(answers: Answers) -> None:
    reading = read(answers)
    for place in answers:
        if not fault(place, answers[place]):
            assert reading.right[place] == answers[place]
    for one in reading.mended:
        assert not key_at(one.place).secret
        assert fault(one.place, one.now) == ""
    again = read(reading.right)
    assert again.mended == ()
    assert (again.right, again.values, again.faults) == (reading.right, reading.values, reading.faults)


def test_the_form_of_a_later_halb_is_no_answer() -> None:
    with pytest.raises(ValueError, match="written by a later halb"):
        from_toml('[cluster]\nschema = 2\nname = "a"\n')
