"""Whatever is answered in whatever order: the plan, the texts of the screens and the files say the same, and every
problem stands at a field.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.plan import Plan, parse_cluster, text_of, value_at, written
from rules.plan.schema import SCHEMA
from rules.text.wording import socket_name
from tests.examples import times
from tests.wizard.questions.clashes import CLASHES, IDS, clashing
from tests.wizard.questions.sessions import article
from wizard.plan.plan import check_plan
from wizard.probes.ask import checked_answers
from wizard.probes.phases import watched
from wizard.questions.answers import Answers, Place
from wizard.questions.known.derived import endpoint_of, is_stacked, port_of, settled, usual_text
from wizard.questions.known.mending import read
from wizard.questions.known.notices import notices, remark
from wizard.questions.review import items, tree
from wizard.questions.session import Judgement, judge, places, step_of
from wizard.questions.steps import steps
from wizard.tui.widgets.topology import draw

PORT, LAYOUT, NAME = Place("cluster", 0, "port"), Place("cluster", 0, "layout"), Place("cluster", 0, "endpoint")
VIP, VIP6 = Place("vip", 0, "address"), Place("vip", 0, "address6")
V4 = [f"192.168.2.{number}" for number in (141, 142, 143, 151, 152, 153)]
V6 = [f"fd00:2::{number}" for number in (141, 142, 151, 152)]
POOLS = {
    "cluster.endpoint": ["kube.example.com", "https://Kube.example.com:6443/", "kube.example.com:7443", "kube"],
    "cluster.port": ["6443", "8443", "7443", "8405", "https"],
    "cluster.name": ["kacang"],
    "cluster.phase": ["bootstrap", "cutover"],
    "cluster.layout": ["dedicated", "stacked", "Stacked"],
    "control_plane.name": ["m1", "m2", "m3", "K8S"],
    "control_plane.address": [*V4, *V6, "192.168.2.151/24", "10.0.0"],
    "control_plane.port": ["6443", "8443", "7443"],
    "vip.address": ["192.168.2.140/24", "192.168.2.151/24", "192.168.3.140/24", "fd00:2::140/64", "192.168.2.140"],
    "vip.address6": ["fd00:2::140/64", "fe80::1/64"],
    "lb.name": ["lb1", "lb2", "lb3", "m1"],
    "lb.address": [*V4, *V6, "192.168.3.141", "192.168.2.140"],
    "lb.address6": ["fd00:2::141", "fd00:2::142", "fd00:3::1"],
    "lb.interface": ["ens160", "eth 0"],
    "lb.priority": ["110", "100", "1", "300"],
    "haproxy.bind": ["any", "vip"],
    "haproxy.health-port": ["8405", "6443", "9000"],
    "haproxy.run": ["package", "static-pod"],
    "vrrp.preempt": ["true", "false"],
    "vrrp.advert_int": ["1", "0.5", "0.2"],
    "vrrp.takeover": ["normal", "fast"],
}


def machine(table: str, number: int, address: str) -> dict[Place, str]:
    name = f"{'m' if table == 'control_plane' else 'lb'}{number + 1}"
    found = {"name": name, "address": address} | ({"interface": "ens160"} if table == "lb" else {})
    return {Place(table, number, key): text for key, text in found.items()}


@st.composite
def begun(draw: st.DrawFn) -> Answers:
    """A cluster of either family or both, stacked or not."""
    family, stacked = draw(st.sampled_from([4, 6, 46])), draw(st.booleans())
    own = V6 if family == 6 else V4
    nodes, lbs = own[-2:], own[-2:] if stacked else own[:2]
    found = {NAME: "kube.example.com", VIP: "fd00:2::140/64" if family == 6 else "192.168.2.140/24"}
    for table, addresses in (("control_plane", nodes), ("lb", lbs)):
        for number, address in enumerate(addresses):
            found |= machine(table, number, address)
    if family == 46:
        found |= {VIP6: "fd00:2::140/64"}
        found |= {Place("lb", number, "address6"): f"fd00:2::{141 + number}" for number in range(2)}
    return Answers(found)


@st.composite
def driven(draw: st.DrawFn) -> Answers:
    """Answers as a session leaves them: set, cleared, machines added and removed, in any order."""
    answers = draw(st.just(Answers()) | begun() | begun())
    for _ in range(draw(st.integers(0, 5))):
        table, _, key = draw(st.sampled_from(sorted(POOLS))).partition(".")
        number = draw(st.integers(0, 2)) if SCHEMA[table].many else 0
        if SCHEMA[table].many and draw(st.integers(0, 5)) == 0:
            answers = answers.without(table, number)
        else:
            answers = answers.put(Place(table, number, key), draw(st.sampled_from(["", *POOLS[f"{table}.{key}"]])))
    return settled(answers) if draw(st.booleans()) else answers


def screens_agree_with(plan: Plan, outcome: Judgement) -> None:
    """What the screens show of the endpoint, the layout and each empty field is what the plan has."""
    answers = outcome.answers
    values = read(answers).values
    endpoint = f"{plan.endpoint}:{plan.port}"
    assert endpoint_of(answers) == endpoint
    assert draw(answers)[0] == endpoint
    assert port_of(answers) == checked_answers(answers).port == plan.port
    assert watched(answers, {}).endpoint.port == plan.port
    assert is_stacked(values) == (plan.layout == "stacked")
    for step in steps():
        for place in places(step, answers, needed=True):
            value = value_at(place, plan)
            if not answers[place] and place not in values and value is not None:
                assert usual_text(place, values) == text_of(written(value)), place
    nodes_step = next(step for step in steps() if step.key == "load-balancers")
    said = " ".join(notices(nodes_step, answers, outcome))
    assert ("stacked" in said) == (plan.layout == "stacked")
    if said:
        assert f"endpoint's port is {plan.port}" in said
    shown = remark(PORT, read(answers), {}, answers)
    assert not shown.startswith("!") or str(plan.port) in shown


def files_agree_with(plan: Plan, outcome: Judgement) -> None:
    """What the rendered files say is what the plan has."""
    files = {path: text for path, (text, _) in tree(outcome, Path("/nonexistent")).items()}
    assert f'controlPlaneEndpoint: "{plan.endpoint}:{plan.port}"' in files["kubeadm-config.yaml"].replace("'", '"')
    cluster = parse_cluster(files["halb.toml"], "halb.toml")
    said = {path: setting.value for path, setting in cluster.values.items()}
    assert (said[NAME], said[PORT], said[VIP]) == (plan.endpoint, plan.port, plan.vip)
    assert said[LAYOUT] == plan.layout
    for path, text in files.items():
        if path.endswith("keepalived.conf"):
            for vip in filter(None, (plan.vip, plan.vip6)):
                assert re.search(rf"(?m)^\s+{re.escape(str(vip))}( |$)", text), path
        if path.endswith("haproxy.cfg"):
            where = {f"*:{plan.port}", f"[::]:{plan.port}"}
            if plan.haproxy.bind == "vip":
                where = {socket_name(vip.ip, plan.port) for vip in (plan.vip, plan.vip6) if vip is not None}
            binding = re.search(r"frontend kube-apiserver.*?\n((?:    .*\n)+)", text)
            assert binding
            bound_to = set(re.findall(r"(?m)^    bind (\S+)", binding[1]))
            assert bound_to
            assert bound_to <= where
            for node in plan.control_plane:
                assert f" {socket_name(node.address, node.port)}\n" in text, path


STACKED_WITH_A_PORT = (
    article()
    .put(NAME, "kube.example.com:7443")
    .put(Place("lb", 0, "address"), "192.168.2.151")
    .put(Place("lb", 1, "address"), "192.168.2.152")
)


@example(STACKED_WITH_A_PORT)
@given(driven())
@settings(max_examples=times(150))
def test_plan_screens_and_files_say_the_same(answers: Answers) -> None:
    outcome = judge(answers)
    if outcome.plan is None:
        assert outcome.faults or outcome.missing
        return
    assert check_plan(outcome.plan) == []
    screens_agree_with(outcome.plan, outcome)
    files_agree_with(outcome.plan, outcome)


@given(driven())
@settings(max_examples=times(150))
def test_every_problem_stands_once_at_a_field_that_there_is(answers: Answers) -> None:
    outcome = judge(answers)
    assert outcome.general == ()
    found = [item.place for item in items(outcome, {}) if item.kind.blocks and item.finding is None]
    assert len(found) == len(set(found))
    for place in found:
        assert place is not None
        step = step_of(place)
        assert step is not None
        assert place in places(step, answers), "there is no field for it"
    for words in outcome.faults.values():
        assert not re.search(r"\[\[|\]\]|\[[a-z_]+\]| = ", words), "that is halb.toml's language, not a form's"
    for place, text in outcome.proposals.items():
        assert place in outcome.faults
        assert place not in read(answers.put(place, text)).faults, "what is proposed would be wrong"


@given(driven(), st.sampled_from(["192.168.2.151", "192.168.2.141"]))
@settings(max_examples=times(60))
def test_the_port_of_a_cluster_in_use_does_not_move_by_itself(answers: Answers, address: str) -> None:
    before = settled(answers)
    if not answers[NAME] or port_of(answers) is None:
        return
    port = port_of(before)
    for number in range(2):
        before = before.put(Place("lb", number, "address"), address)
    assert port_of(before) == port == port_of(answers)


@pytest.mark.parametrize(("changes", "at", "parts"), CLASHES, ids=IDS)
def test_a_clash_is_found_whatever_else_is_missing_or_wrong(
    changes: dict[Place, str], at: Place, parts: set[Place]
) -> None:
    answers = clashing(changes)
    known = judge(answers)
    assert set(known.faults) == {at}
    for place in answers:
        if place == at or place in parts:
            continue
        for text in ("", "?/ ?"):
            assert at in judge(answers.put(place, text)).faults, place
    few = Answers({place: answers[place] for place in answers if place in {at, *parts}})
    assert at in judge(few).faults


def test_two_clashes_are_both_found() -> None:
    for changes, at, parts in CLASHES:
        for others, other_at, other_parts in CLASHES:
            if {at, *parts, *changes} & {other_at, *other_parts, *others}:
                continue
            found = judge(clashing(others, clashing(changes))).faults
            assert {at, other_at} <= set(found), (at, other_at)
