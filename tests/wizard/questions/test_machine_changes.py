"""One more load balancer, another machine for a control-plane node: the answers, and what to do in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wizard.plans import ARTICLE
from wizard.plan.file import write_plan
from wizard.questions.answers import Answers, Place, from_toml, with_secrets
from wizard.questions.machine_changes import (
    adding,
    has_cluster,
    machines,
    priority_below,
    replacing,
    to_do,
    with_new_balancer,
)
from wizard.questions.session import judge

CLUSTER = from_toml(write_plan(ARTICLE))
PHASE, PASSWORD = Place("cluster", 0, "phase"), Place("vrrp", 0, "auth_pass")


def with_priorities(*priorities: str) -> Answers:
    answers = CLUSTER
    for number, priority in enumerate(priorities):
        answers = answers.put(Place("lb", number, "priority"), priority)
    return answers


def filled(answers: Answers, number: int, address: str) -> Answers:
    for key, text in (("name", f"haproxy-lb{number + 1}"), ("address", address), ("interface", "ens160")):
        answers = answers.put(Place("lb", number, key), text)
    return answers


def at(words: tuple[str, ...], wanted: str) -> int:
    """The number of the line that says something."""
    return next(number for number, line in enumerate(words) if wanted in line)


@pytest.mark.parametrize(
    ("priorities", "lowest"),
    [
        (("110", "100"), 90),
        (("100", "110"), 90),
        (("101", "100"), 90),
        (("12", "7"), 3),
        (("11", "12"), 5),
        (("3", "9"), 2),
        (("", ""), 90),
    ],
)
def test_the_new_one_gets_the_lowest_priority_of_all(priorities: tuple[str, str], lowest: int) -> None:
    answers, place = with_new_balancer(with_priorities(*priorities))
    assert place == Place("lb", 2, "name")
    plan = judge(filled(answers, 2, "192.168.2.143")).plan
    assert plan is not None
    assert [lb.name for lb in plan.load_balancers][-1] == "haproxy-lb3"
    assert plan.load_balancers[-1].priority == lowest
    assert len({lb.priority for lb in plan.load_balancers}) == 3


@given(st.lists(st.integers(3, 254), min_size=1))
def test_a_priority_is_left_below_every_usual_one(known: list[int]) -> None:
    assert 2 <= priority_below(known) < min(known)


@pytest.mark.parametrize("priority", ["2", "1", "0"])
def test_below_the_lowest_there_is_nothing_and_that_is_said(priority: str) -> None:
    with pytest.raises(ValueError, match=f"has the priority {priority}, and none is left below"):
        with_new_balancer(with_priorities("110", priority))


@pytest.mark.parametrize("text", ["many", "9" * 5000, "٣", "-1"])
def test_a_priority_that_is_none_stops_nobody(text: str) -> None:
    assert with_new_balancer(with_priorities("110", text))[1] == Place("lb", 2, "name")


def test_an_empty_row_leaves_no_trace_and_an_unfinished_one_is_gone_on_with() -> None:
    assert with_new_balancer(CLUSTER)[0] == CLUSTER
    begun = CLUSTER.put(Place("lb", 2, "name"), "haproxy-lb3")
    assert with_new_balancer(begun) == (begun, Place("lb", 2, "address"))


def test_a_cluster_has_both_kinds_of_machines() -> None:
    assert has_cluster(CLUSTER)
    assert not has_cluster(Answers())
    assert not has_cluster(CLUSTER.without("lb", 1).without("lb", 0))
    assert [machine.label for machine in machines(CLUSTER, "lb")] == [
        "haproxy-lb1 (192.168.2.141)",
        "haproxy-lb2 (192.168.2.142)",
    ]


def test_the_new_load_balancer_comes_last_and_the_holder_of_the_vip_before_it() -> None:
    words = to_do(CLUSTER, filled(CLUSTER, 2, "192.168.2.143"))
    assert "haproxy-lb3 comes last" in words[0]
    assert "it hears no other node and takes the VIP" in words[0]
    others = at(words, "1. ")
    assert "sh install.sh on haproxy-lb2, then haproxy-lb1: one at a time" in words[others]
    assert "haproxy-lb3" not in words[others]
    assert at(words, "2. Only then sh install.sh on haproxy-lb3.") > others
    assert "haproxy-lb2, then haproxy-lb1" in adding(CLUSTER)[others]


def test_with_multicast_nobody_is_listed() -> None:
    multicast = CLUSTER.put(Place("vrrp", 0, "mode"), "multicast")
    words = " ".join(to_do(multicast, filled(multicast, 2, "192.168.2.143")))
    assert "peer" not in words
    assert "Only then sh install.sh on haproxy-lb3" in words


def test_in_pods_nothing_is_said_of_systemd() -> None:
    words = " ".join(adding(CLUSTER.put(Place("haproxy", 0, "run"), "static-pod")))
    assert "systemctl" not in words
    assert "crictl ps" in words


def test_another_address_under_an_old_name_is_a_new_machine() -> None:
    words = to_do(CLUSTER, CLUSTER.put(Place("lb", 0, "address"), "192.168.2.149"))
    assert "haproxy-lb1 comes last" in words[0]


@pytest.mark.parametrize(
    "now",
    [
        CLUSTER,
        CLUSTER.put(Place("haproxy", 0, "balance"), "roundrobin"),
        CLUSTER.without("lb", 0),
        CLUSTER.without("control_plane", 1),
        CLUSTER.put(Place("control_plane", 1, "name"), "other"),
        filled(CLUSTER, 2, "192.168.2.143").put(Place("cluster", 0, "endpoint"), "other.example.com"),
        Answers(),
    ],
)
def test_without_a_new_machine_nothing_is_said(now: Answers) -> None:
    assert to_do(CLUSTER, now) == ()
    assert to_do(Answers(), now) == ()


def test_a_control_plane_node_that_is_exchanged_is_named_with_the_new_one() -> None:
    now = CLUSTER.put(Place("control_plane", 1, "address"), "192.168.2.159")
    words = to_do(CLUSTER, now)
    assert words[0] == "k8s-master2 (192.168.2.159) takes the place of k8s-master2 (192.168.2.152)."
    assert words[1:] == replacing(CLUSTER, 1)


def test_the_old_node_leaves_etcd_before_the_new_one_joins() -> None:
    words = replacing(CLUSTER, 1)
    out, deleted, joined = (
        at(words, "etcdctl member remove"),
        at(words, "kubectl delete node k8s-master2"),
        at(words, "join"),
    )
    assert out < deleted < joined < at(words, "haproxy-lb2, then haproxy-lb1")
    assert "kubeadm reset" in words[out]
    assert "--control-plane" in words[joined]
    assert "initial master" not in " ".join(words)


def test_of_a_single_node_the_new_one_joins_first() -> None:
    single = CLUSTER.without("control_plane", 2).without("control_plane", 1)
    words = replacing(single, 0)
    assert at(words, "1. Join:") < at(words, "kubeadm reset")
    assert "member remove" not in " ".join(words)


def test_the_name_leads_to_the_initial_master_until_the_cutover() -> None:
    before = replacing(CLUSTER, 0)
    assert "kube-control.kacangisnuts.com leads to it (192.168.2.151)" in before[0]
    assert "kubeadm init" in before[1]
    assert "points to the VIP by now" in replacing(CLUSTER.put(PHASE, "cutover"), 0)[0]


def test_a_node_that_is_a_load_balancer_too_is_said() -> None:
    stacked = CLUSTER.put(Place("lb", 1, "address"), "192.168.2.152")
    assert "haproxy-lb2 (192.168.2.152) is the same machine" in " ".join(replacing(stacked, 1))
    assert "is the same machine" not in " ".join(replacing(stacked, 2))


def test_no_word_holds_what_a_terminal_would_obey() -> None:
    odd = CLUSTER.put(Place("control_plane", 1, "name"), "a\x1b[2Jb").put(Place("lb", 0, "name"), "\x07" * 9)
    words = "".join((*replacing(odd, 1), *adding(odd), *to_do(odd, filled(odd, 2, "192.168.2.143"))))
    assert words.isprintable()


def test_a_draft_gets_the_password_of_its_own_virtual_router_alone() -> None:
    draft = CLUSTER.put(PASSWORD, "")
    assert with_secrets(draft, CLUSTER) == CLUSTER
    assert with_secrets(draft.put(PASSWORD, "mine"), CLUSTER)[PASSWORD] == "mine"
    other = draft.put(Place("vip", 0, "address"), "192.168.2.149/24")
    assert with_secrets(other, CLUSTER) == other
    assert with_secrets(Answers(), Answers()) == Answers()
