"""Answers as they are typed, and what they amount to."""

from __future__ import annotations

import pytest
from hypothesis import given

from parsers.source import Source
from rules.engine.finding import Finding, Location, Severity
from rules.plan.model import KeyPath
from rules.plan.schema import SCHEMA
from tests.wizard.plans import ARTICLE
from tests.wizard.questions.sessions import answer_sets, article
from wizard.questions.answers import Answers, Place, fault, from_toml, to_toml, typed
from wizard.questions.session import judge, missing_of, place_of, places, step_of
from wizard.questions.steps import steps


def test_every_field_is_a_key_of_halb_toml_and_has_all_its_words() -> None:
    for step in steps():
        for field in step.fields:
            assert field.key in SCHEMA[field.table].keys
            assert field.label
            assert field.help
            assert field.explain
            assert fault(Place(field.table, step.first, field.key), field.example) == ""
            for choice in field.choices:
                assert fault(Place(field.table, 0, field.key), choice) == ""
            assert len(field.help) <= 74, "a help line fits 80 columns"


def test_every_answer_belongs_to_the_step_that_asks_for_it() -> None:
    for step in steps():
        for place in places(step, article()):
            assert step_of(place) is step


def test_the_article_s_answers_make_a_plan_and_files_without_a_finding() -> None:
    outcome = judge(article())
    assert (dict(outcome.faults), outcome.general, outcome.missing) == ({}, (), ())
    assert outcome.plan is not None
    assert outcome.plan.control_plane == ARTICLE.control_plane
    assert outcome.plan.load_balancers == ARTICLE.load_balancers
    assert "haproxy-lb1/etc/keepalived/keepalived.conf" in outcome.files
    assert outcome.report is not None
    assert [finding for finding in outcome.report.findings if finding.severity.word != "info"] == []


def test_what_is_missing_comes_in_the_order_of_the_steps() -> None:
    assert [(place.table, place.number, place.key) for place in missing_of(Answers())] == [
        ("cluster", 0, "endpoint"),
        ("control_plane", 0, "name"),
        ("control_plane", 0, "address"),
        ("vip", 0, "address"),
        *(("lb", number, key) for number in (0, 1) for key in ("name", "address", "interface")),
    ]
    assert judge(Answers()).plan is None


def test_a_list_offers_one_more_machine_when_the_needed_ones_are_there() -> None:
    nodes = next(step for step in steps() if step.key == "control-plane")
    assert {place.number for place in places(nodes, article())} == {1, 2, 3}
    balancers = next(step for step in steps() if step.key == "load-balancers")
    assert {place.number for place in places(balancers, Answers())} == {0, 1}
    assert {place.number for place in places(balancers, article())} == {0, 1, 2}


@pytest.mark.parametrize(
    ("place", "text", "words"),
    [
        (Place("cluster", 0, "endpoint"), "kube_control.example.com", "write 'kube-control.example.com'"),
        (Place("cluster", 0, "port"), "https", "whole number from 1 to 65535"),
        (Place("vip", 0, "address"), "192.168.2.140", "write '192.168.2.140/24'"),
        (Place("vip", 0, "address"), "192.168.2.151/24", "the address of k8s-master1 itself"),
        (Place("vip", 0, "address"), "10.0.0.9/24", "where none of the load balancers is"),
        (Place("vip", 0, "address"), "fe80::1/64", "a link-local address"),
        (Place("vip", 0, "address"), "fd00:2:::140/64", "write 'fd00:2::140/64'"),
        (Place("lb", 1, "address"), "192.168.2.140", "'192.168.2.140' is the VIP"),
        (Place("lb", 1, "address"), "192.168.3.142", "not in the VIP's network 192.168.2.0/24"),
        (Place("lb", 1, "name"), "haproxy-lb1", "'haproxy-lb1' is the name of load balancer number 1 already"),
        (Place("cluster", 0, "layout"), "stacked", "choose dedicated"),
        (Place("lb", 1, "address"), "192.168.2.141", "the address of haproxy-lb1 already"),
        (Place("vrrp", 0, "preempt"), "maybe", "true or false"),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field(place: Place, text: str, words: str) -> None:
    outcome = judge(article().put(place, text))
    assert outcome.plan is None
    assert set(outcome.faults) == {place}
    assert words in outcome.faults[place]
    assert "line" not in outcome.faults[place]
    assert not outcome.faults[place].startswith("[")


def test_a_finding_on_the_second_load_balancer_leads_to_its_own_field() -> None:
    outcome = judge(article())
    path = "haproxy-lb2/etc/keepalived/keepalived.conf"
    rendered = outcome.keys[path]
    for key, text in (("interface", "ens160"), ("priority", "100"), ("address", "192.168.2.142")):
        at = rendered.text.index(f" {text}") + 1
        source = Source(path, rendered.text)
        span = source.span(source.line_start(source.position(at)[0]), at + len(text))
        finding = Finding("KA000", "a-rule", Severity.ERROR, "a message", Location.of(span, "haproxy-lb2"), [], "")
        assert place_of(finding, outcome) == KeyPath("lb", 1, key)


def test_a_finding_leads_to_the_machine_whose_number_is_another_in_the_plan() -> None:
    answers = article().put(KeyPath("lb", 0, "priority"), "50").put(KeyPath("lb", 1, "interface"), "eth 1")
    assert set(judge(answers).faults) == {KeyPath("lb", 1, "interface")}
    answers = answers.put(KeyPath("lb", 1, "interface"), "eth#1")
    assert set(judge(answers).faults) == {KeyPath("lb", 1, "interface")}
    rendered = judge(answers.put(KeyPath("lb", 1, "interface"), "eth1")).keys
    text = rendered["haproxy-lb1/etc/keepalived/keepalived.conf"].text
    at = text.index("priority 50") + len("priority ")
    assert rendered["haproxy-lb1/etc/keepalived/keepalived.conf"].key_at(at, at + 2) == KeyPath("lb", 0, "priority")


def test_the_wizard_lints_with_the_choices_of_the_plan() -> None:
    answers = article().put(KeyPath("haproxy", 0, "timeout-client"), "30s")
    found = judge(answers).report
    kept = judge(answers.put(KeyPath("lint", 0, "ignore"), "HA004")).report
    assert found is not None
    assert kept is not None
    assert "HA004" in {finding.code for finding in found.findings}
    assert "HA004" not in {finding.code for finding in kept.findings}


def test_a_rule_that_does_not_exist_is_wrong_where_it_is_named() -> None:
    outcome = judge(article().put(KeyPath("lint", 0, "ignore"), "KA, HA4711"))
    place = KeyPath("lint", 0, "ignore")
    assert set(outcome.faults) == {place}
    assert "'HA4711'" in outcome.faults[place]


def test_a_finding_leads_to_the_answer_that_its_line_holds() -> None:
    outcome = judge(article().put(Place("haproxy", 0, "timeout-client"), "30s"))
    assert outcome.report is not None
    found = {place_of(finding, outcome) for finding in outcome.report.findings}
    assert Place("haproxy", 0, "timeout-client") in found


@given(answer_sets)
def test_answers_survive_a_draft_as_they_were_typed(answers: Answers) -> None:
    again = from_toml(to_toml(answers))
    for place in answers:
        was, now = answers[place], again[place]
        # A number may come back in another spelling; a text never.
        assert now == was or typed(place, now) == typed(place, was)


@given(answer_sets)
def test_any_answers_are_judged(answers: Answers) -> None:
    outcome = judge(answers)
    assert all(outcome.faults.values())
    for place in outcome.faults:
        assert place in answers or step_of(place) is not None, "a fault stands where no field shows it"
    assert (outcome.plan is None) == bool(outcome.faults or outcome.general or outcome.missing)
    assert outcome.general == ()


def test_machines_behind_a_removed_one_move_up() -> None:
    answers = article().without("control_plane", 1)
    assert answers.count("control_plane") == 2
    assert answers[Place("control_plane", 1, "name")] == "k8s-master3"
