"""A halb.toml becomes a plan: what it says is taken, and what it leaves out is filled in or asked for."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.plan import ClusterError, Phase, parse_cluster
from rules.plan.defaults import virtual_router_id
from rules.plan.schema import SCHEMA
from tests.rules.plan.plan import PLAN
from tests.wizard.plans import ARTICLE
from wizard.plan.plan import (
    ApiServer,
    Balancer,
    HaproxyChoice,
    Plan,
    PlanError,
    VrrpChoice,
    check_plan,
    plan_of,
    vrrp_version,
)

LEAST = """\
[cluster]
endpoint = "kube-control.example.com"
[[control_plane]]
name = "m1"
address = "10.0.0.1"
[vip]
address = "10.0.0.9/24"
[[lb]]
name = "a"
address = "10.0.0.11"
interface = "eth0"
[[lb]]
name = "b"
address = "10.0.0.12"
interface = "eth1"
"""


def plan_from(text: str) -> Plan:
    return plan_of(parse_cluster(text, "halb.toml"))


def test_what_a_file_leaves_out_is_filled_in() -> None:
    assert plan_from(LEAST) == Plan(
        name="kube-control",
        endpoint="kube-control.example.com",
        port=6443,
        phase=Phase.BOOTSTRAP,
        layout="dedicated",
        control_plane=(ApiServer("m1", ip_address("10.0.0.1"), 6443),),
        vip=ip_interface("10.0.0.9/24"),
        vip6=None,
        load_balancers=(
            Balancer("a", ip_address("10.0.0.11"), "eth0", 110),
            Balancer("b", ip_address("10.0.0.12"), "eth1", 100),
        ),
        vrrp=VrrpChoice(virtual_router_id("kube-control", ip_interface("10.0.0.9/24"))),
        haproxy=HaproxyChoice(),
    )


def test_what_a_file_says_is_taken() -> None:
    text = PLAN.replace('name = "haproxy-lb2"', 'name = "haproxy-lb2"\naddress = "10.0.0.2"\ninterface = "eth7"')
    plan = plan_from(text.replace("[haproxy]", '[haproxy]\nhealth-port = 9\nrun = "static-pod"\nbind = "vip"'))
    assert (plan.name, plan.port, plan.phase) == ("kacang", 8443, Phase.BOOTSTRAP)
    assert [machine.port for machine in plan.control_plane] == [16443, 6443]
    assert plan.vip6 == ip_interface("fd00:2::140/64")
    assert plan.load_balancers[0] == Balancer(
        "haproxy-lb1", ip_address("192.168.2.141"), "ens160", 110, ip_address("fd00:2::141")
    )
    assert plan.vrrp == VrrpChoice(33, 1.0, "unicast", preempt=True, track="script", auth_pass="hunter2!")
    assert plan.haproxy == HaproxyChoice(timeout_client="1h", health_port=9, run="static-pod", bind="vip")


def test_load_balancers_stand_in_the_order_of_priority() -> None:
    text = LEAST.replace('interface = "eth1"', 'interface = "eth1"\npriority = 200')
    assert [(lb.name, lb.priority) for lb in plan_from(text).load_balancers] == [("b", 200), ("a", 110)]


def test_a_load_balancer_without_priority_comes_below_the_one_before_it() -> None:
    text = LEAST.replace('interface = "eth0"', 'interface = "eth0"\npriority = 55')
    assert [lb.priority for lb in plan_from(text).load_balancers] == [55, 45]


def test_load_balancers_on_control_plane_nodes_are_stacked_and_get_another_port() -> None:
    second = '[[control_plane]]\nname = "m2"\naddress = "10.0.0.12"\n'
    text = LEAST.replace("10.0.0.11", "10.0.0.1").replace("[vip]", f"{second}[vip]")
    plan = plan_from(text)
    assert (plan.layout, plan.port, check_plan(plan)) == ("stacked", 8443, [])
    assert plan_from(f'{text}[haproxy]\nbind = "vip"\n').port == 6443


@pytest.mark.parametrize(
    ("removed", "key", "text"),
    [
        (
            'endpoint = "kube-control.example.com"\n', "cluster.endpoint",
            '[cluster] has no endpoint; write endpoint = "kube-control.example.com" or the like',
        ),
        (
            '[[control_plane]]\nname = "m1"\naddress = "10.0.0.1"\n', "control_plane",
            "there is no [[control_plane]] table; write one, the initial master's first",
        ),
        (
            'address = "10.0.0.1"\n', "control_plane.address",
            '[[control_plane]] m1 has no address; write address = "192.168.2.151" or the like',
        ),
        (
            'address = "10.0.0.9/24"\n', "vip.address",
            '[vip] has no address; write address = "192.168.2.140/24" or the like',
        ),
        (
            LEAST[LEAST.index("[[lb]]"):], "lb",
            "there is no [[lb]] table; write one for each load balancer, two of them at least",
        ),
        (
            'address = "10.0.0.12"\n', "lb.address",
            '[[lb]] b has no address; write address = "192.168.2.141" or the like',
        ),
        ('interface = "eth0"\n', "lb.interface", '[[lb]] a has no interface; write interface = "ens160" or the like'),
    ],
)  # fmt: skip
def test_what_nobody_can_guess_is_asked_for(removed: str, key: str, text: str) -> None:
    assert removed in LEAST
    with pytest.raises(PlanError) as caught:
        plan_from(LEAST.replace(removed, ""))
    assert (caught.value.key, str(caught.value)) == (key, text)


def test_a_priority_below_all_numbers_is_asked_for() -> None:
    with pytest.raises(PlanError, match=r"^\[\[lb\]\] b has no priority, and none is left below; write") as caught:
        plan_from(LEAST.replace('interface = "eth0"', 'interface = "eth0"\npriority = 10'))
    assert caught.value.key == "lb.priority"


@given(st.lists(st.sampled_from(LEAST.splitlines(keepends=True)), max_size=12).map("".join))
def test_any_half_of_a_file_is_a_plan_or_an_error_about_a_key(text: str) -> None:
    try:
        plan = plan_from(text)
    except ClusterError:
        return
    except PlanError as error:
        table, _, key = error.key.partition(".")
        assert key in SCHEMA[table].keys or not key
        return
    assert plan.endpoint == "kube-control.example.com"


def test_only_an_ipv6_vip_needs_version_3() -> None:
    assert vrrp_version(ARTICLE) == 2
    assert vrrp_version(ARTICLE._replace(vip6=ip_interface("fd00:2::140/64"))) == 3
    assert vrrp_version(ARTICLE._replace(vip=ip_interface("fd00::1/64"))) == 3
