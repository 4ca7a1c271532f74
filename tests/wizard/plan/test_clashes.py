"""The answers of a plan, held against each other."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface
from typing import Any

import pytest
from hypothesis import given, settings

from rules.plan import Phase, parse_cluster
from rules.plan.schema import SCHEMA
from tests.examples import times
from tests.wizard.plans import ARTICLE, plans
from wizard.plan.file import write_plan
from wizard.plan.plan import ApiServer, Balancer, Plan, check_plan, plan_of

STACKED = ARTICLE._replace(
    layout="stacked",
    port=8443,
    load_balancers=tuple(
        Balancer(node.name, node.address, "ens160", priority)
        for node, priority in zip(ARTICLE.control_plane, (110, 100, 90), strict=True)
    ),
)
DUAL = ARTICLE._replace(
    vip6=ip_interface("fd00:2::140/64"),
    load_balancers=tuple(
        lb._replace(address6=ip_address(f"fd00:2::14{n}")) for n, lb in enumerate(ARTICLE.load_balancers, start=1)
    ),
    vrrp=ARTICLE.vrrp._replace(auth_pass=None),
)


def lb(plan: Plan, index: int = 0, **changes: Any) -> Plan:
    """The plan with one load balancer changed."""
    lbs = list(plan.load_balancers)
    lbs[index] = lbs[index]._replace(**changes)
    return plan._replace(load_balancers=tuple(lbs))


def node(plan: Plan, index: int = 0, **changes: Any) -> Plan:
    nodes = list(plan.control_plane)
    nodes[index] = nodes[index]._replace(**changes)
    return plan._replace(control_plane=tuple(nodes))


def vrrp(plan: Plan, **changes: Any) -> Plan:
    return plan._replace(vrrp=plan.vrrp._replace(**changes))


def haproxy(plan: Plan, **changes: Any) -> Plan:
    return plan._replace(haproxy=plan.haproxy._replace(**changes))


@given(plans())
def test_nothing_is_said_about_a_valid_plan(plan: Plan) -> None:
    assert [str(error) for error in check_plan(plan)] == []


@pytest.mark.parametrize("plan", [ARTICLE, STACKED, DUAL])
def test_the_plans_of_these_tests_are_valid(plan: Plan) -> None:
    assert check_plan(plan) == []
    assert plan_of(parse_cluster(write_plan(plan), "halb.toml")) == plan


SEVEN = ARTICLE._replace(
    load_balancers=tuple(Balancer(f"lb{n}", ip_address(f"192.168.2.{n}"), "e", 110 - n) for n in range(1, 8))
)
CLASHES = [
    (
        ARTICLE._replace(vip=ip_interface("192.168.2.141/24")), "lb.address",
        "[[lb]] haproxy-lb1 address: '192.168.2.141' is the VIP, and keepalived would delete the machine's own address "
        "with it; write the address that this machine keeps",
    ),
    (
        ARTICLE._replace(vip=ip_interface("192.168.2.152/24")), "vip.address",
        "[vip] address: '192.168.2.152/24' is the address of k8s-master2 itself, and keepalived would delete that "
        "machine's own address; write one that no machine has",
    ),
    (
        DUAL._replace(vip6=ip_interface("fd00:2::142/64")), "lb.address6",
        "[[lb]] haproxy-lb2 address6: 'fd00:2::142' is the VIP, and keepalived would delete the machine's own address "
        "with it; write the address that this machine keeps",
    ),
    (
        STACKED._replace(vip=ip_interface("192.168.2.152/24")), "vip.address",
        "[vip] address: '192.168.2.152/24' is the address of k8s-master2 itself, and keepalived would delete that "
        "machine's own address; write one that no machine has",
    ),
    (
        lb(ARTICLE, address=ip_address("192.168.3.141")), "lb.address",
        "[[lb]] haproxy-lb1 address: '192.168.3.141' is not in the VIP's network 192.168.2.0/24; write the machine's "
        "address in it, or correct the VIP's prefix length",
    ),
    (
        ARTICLE._replace(vip=ip_interface("192.168.3.140/24")), "vip.address",
        "[vip] address: '192.168.3.140/24' is in the network 192.168.3.0/24, where none of the load balancers is "
        "(192.168.2.141 and 192.168.2.142); write an unused address of their network, with that network's prefix "
        "length",
    ),
    (
        ARTICLE._replace(vip=ip_interface("192.168.2.140/32")), "vip.address",
        "[vip] address: '192.168.2.140/32' names no network, and the load balancers are at 192.168.2.141 and "
        "192.168.2.142; write 192.168.2.140/24, or the prefix length that their network has",
    ),
    (
        ARTICLE._replace(vip=ip_interface("fd00:2::140/64")), "vip.address",
        "[vip] address: 'fd00:2::140/64' is IPv6, and all machines have IPv4 addresses; write an IPv4 VIP",
    ),
    (
        lb(DUAL, 1, address6=ip_address("fd00:3::1")), "lb.address6",
        "[[lb]] haproxy-lb2 address6: 'fd00:3::1' is not in the VIP's network fd00:2::/64; write the machine's address "
        "in it, or correct the VIP's prefix length",
    ),
    (
        lb(ARTICLE, 1, address=ip_address("fd00::1")), "lb.address",
        "[[lb]] haproxy-lb2 address: 'fd00::1' is IPv6, and the VIP 192.168.2.140/24 is IPv4; write the IPv4 address "
        "here",
    ),
    (
        node(ARTICLE, 2, address=ip_address("fd00::1")), "control_plane.address",
        "[[control_plane]] k8s-master3 address: 'fd00::1' is IPv6, and the VIP 192.168.2.140/24 is IPv4; write the "
        "IPv4 address here",
    ),
    (
        node(ARTICLE, 2, address=ip_address("192.168.2.151")), "control_plane.address",
        "[[control_plane]] k8s-master3 address: '192.168.2.151' is the address of k8s-master1 already",
    ),
    (
        lb(ARTICLE, 1, address=ip_address("192.168.2.141")), "lb.address",
        "[[lb]] haproxy-lb2 address: '192.168.2.141' is the address of haproxy-lb1 already",
    ),
    (
        lb(DUAL, 1, address6=ip_address("fd00:2::141")), "lb.address6",
        "[[lb]] haproxy-lb2 address6: 'fd00:2::141' is the address of haproxy-lb1 already",
    ),
    (
        node(ARTICLE, 2, name="K8S-Master1"), "control_plane.name",
        "two [[control_plane]] tables have the name 'K8S-Master1'; write another",
    ),
    (lb(ARTICLE, 1, name="haproxy-lb1"), "lb.name", "two [[lb]] tables have the name 'haproxy-lb1'; write another"),
    (
        lb(ARTICLE, name="RUNBOOK.md"), "lb.name",
        "[[lb]] name: 'RUNBOOK.md' is a file that is written next to it; choose another",
    ),
    (
        lb(ARTICLE, interface="e#1"), "lb.interface",
        "[[lb]] haproxy-lb1 interface: 'e#1' has the character #, which can't be written in a name in keepalived.conf; "
        "give the interface another name",
    ),
    (
        STACKED._replace(port=6443), "cluster.port",
        "[cluster] port: 6443 is the port of the API server on k8s-master1, where haproxy has to bind it too; write "
        "port = 8443",
    ),
    (
        STACKED._replace(port=6443, phase=Phase.CUTOVER), "haproxy.bind",
        "[haproxy] bind: 6443 is the port of the API server on k8s-master1, where haproxy has to bind it too; clients "
        'know that port already: write bind = "vip"',
    ),
    (
        node(STACKED, 1, port=8443), "cluster.port",
        "[cluster] port: 8443 is the port of the API server on k8s-master2, where haproxy has to bind it too; write "
        "port = 8444",
    ),
    (
        haproxy(node(STACKED, 1, port=8405), bind="vip"), "haproxy.health-port",
        "[haproxy] health-port: 8405 is the port of the API server on k8s-master2, where haproxy has to bind it too; "
        "write another",
    ),
    (
        haproxy(ARTICLE, health_port=6443), "haproxy.health-port",
        "[haproxy] health-port: 6443 is the endpoint's port too, and haproxy can't bind both; write another",
    ),
    (
        STACKED._replace(layout="dedicated", load_balancers=STACKED.load_balancers[1:]), "cluster.layout",
        "[cluster] layout: the load balancer k8s-master2 has the address 192.168.2.152 of the control-plane node "
        'k8s-master2; write layout = "stacked" if they are one machine',
    ),
    (
        ARTICLE._replace(layout="stacked"), "cluster.layout",
        "[cluster] layout: no load balancer has the address of a control-plane node, which 'stacked' wants; write "
        'layout = "dedicated"',
    ),
    (
        STACKED._replace(layout="dedicated", load_balancers=(STACKED.load_balancers[2], ARTICLE.load_balancers[1])),
        "lb.address",
        "[[lb]] haproxy-lb2 address: '192.168.2.142' is not the address of a control-plane node, unlike the other load "
        "balancers'; either all load balancers are control-plane nodes, or none is",
    ),
    (
        STACKED._replace(
            layout="dedicated",
            load_balancers=(STACKED.load_balancers[2], *(lb._replace(priority=lb.priority - 50)
                                                         for lb in ARTICLE.load_balancers)),
        ),
        "lb.address",
        "[[lb]] k8s-master3 address: '192.168.2.153' is the address of a control-plane node, unlike the other load "
        "balancers'; either all load balancers are control-plane nodes, or none is",
    ),
    (
        STACKED._replace(load_balancers=(STACKED.load_balancers[0], ARTICLE.load_balancers[1])), "lb.address",
        "[[lb]] haproxy-lb2 address: '192.168.2.142' is not a control-plane node's, which the layout 'stacked' wants; "
        'write the address of one, or layout = "dedicated"',
    ),
    (lb(DUAL, 1, address6=None), "lb.address6", "[[lb]] haproxy-lb2 has no address6, but the VIP has: fd00:2::140/64; "
        "write its IPv6 address"),
    (
        lb(ARTICLE, address6=ip_address("fd00::1")), "vip.address6",
        "[vip] has no address6, but [[lb]] haproxy-lb1 has one; write the second family's VIP, or leave address6 out "
        "there",
    ),
    (
        DUAL._replace(vip6=ip_interface("192.168.2.139/24"), vrrp=ARTICLE.vrrp._replace(auth_pass=None)),
        "vip.address6", "[vip] address6: '192.168.2.139/24' is IPv4; write the IPv6 address here, as in "
        "'fd00:2::140/64'",
    ),
    (
        ARTICLE._replace(load_balancers=ARTICLE.load_balancers[:1]), "lb",
        "a plan has 2 to 6 load balancers, not 1; write one [[lb]] for each",
    ),
    (SEVEN, "lb.name", "a plan has 2 to 6 load balancers, not 7; write one [[lb]] for each"),
    (
        ARTICLE._replace(load_balancers=()), "lb",
        "a plan has 2 to 6 load balancers, not 0; write one [[lb]] for each",
    ),
    (
        ARTICLE._replace(control_plane=()), "control_plane",
        "there is no [[control_plane]] table; write one, the initial master's first",
    ),
    (
        lb(ARTICLE, 1, priority=110), "lb.priority",
        "[[lb]] priority: haproxy-lb1 and haproxy-lb2 have 110 each, so that chance decides which one gets the VIP; "
        "write numbers such as 110, 100, 90",
    ),
    (
        lb(lb(ARTICLE, priority=254), 1, priority=30), "lb.priority",
        "[[lb]] priority: 254 and 30 are 224 apart, and keepalived has no weight that puts a failed load balancer "
        "below the others with more than 223; write numbers such as 110, 100, 90",
    ),
    (
        lb(ARTICLE, 1, priority=1), "lb.priority",
        "[[lb]] priority: haproxy-lb2 has 1, and a failed load balancer can't get below that: on a tie it keeps the "
        "VIP; write numbers such as 110, 100, 90",
    ),
    (
        vrrp(DUAL, auth_pass="hunter2!"), "vrrp.auth_pass",
        "[vrrp] auth_pass: an IPv6 VIP needs VRRPv3, which has no password; leave auth_pass out",
    ),
    (
        vrrp(DUAL, advert_int=41.0), "vrrp.advert_int",
        "[vrrp] advert_int: VRRPv3, which an IPv6 VIP needs, has 40.95 seconds at most, not 41; write 1.0",
    ),
    (
        vrrp(ARTICLE, advert_int=0.2), "vrrp.advert_int",
        "[vrrp] advert_int: with an IPv4 VIP halb's files use VRRPv2, which has whole seconds only, not 0.2; write "
        '1.0, or takeover = "fast"',
    ),
    (
        vrrp(ARTICLE, advert_int=0.5), "vrrp.advert_int",
        "[vrrp] advert_int: with an IPv4 VIP halb's files use VRRPv2, which has whole seconds only, not 0.5; write 1.0",
    ),
    (
        vrrp(ARTICLE, takeover="fast", advert_int=0.2), "vrrp.auth_pass",
        "[vrrp] auth_pass: a fast takeover needs VRRPv3, which has no password; leave auth_pass out",
    ),
    (
        vrrp(ARTICLE, takeover="fast", auth_pass=None), "vrrp.advert_int",
        "[vrrp] advert_int: a fast takeover needs an advert every 0.25 seconds at least, not every 1; write 0.2",
    ),
    (
        vrrp(ARTICLE, takeover="fast", advert_int=0.125, auth_pass=None), "vrrp.advert_int",
        "[vrrp] advert_int: VRRPv3, which a fast takeover needs, has hundredths of a second, not 0.125; write 0.12",
    ),
    (
        vrrp(DUAL, advert_int=0.1), "vrrp.takeover",
        '[vrrp] takeover: an advert every 0.1 seconds is the fast takeover; write takeover = "fast"',
    ),
    (
        haproxy(ARTICLE, run="static-pod"), "vrrp.track",
        "[vrrp] track: 'process' needs the kernel's process events, which keepalived does not get in a static pod; "
        'write track = "script", or [haproxy] run = "package"',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("plan", "key", "text"), CLASHES, ids=[f"{n}-{key}" for n, (_, key, _) in enumerate(CLASHES)])
def test_answers_that_do_not_go_together_are_said(plan: Plan, key: str, text: str) -> None:
    assert (key, text) in [(error.key, str(error)) for error in check_plan(plan)]


@pytest.mark.parametrize(("plan", "key", "text"), CLASHES, ids=[f"{n}-{key}" for n, (_, key, _) in enumerate(CLASHES)])
def test_a_clash_is_said_in_one_printable_sentence_about_a_known_key(plan: Plan, key: str, text: str) -> None:
    for error in check_plan(plan):
        table, _, name = error.key.partition(".")
        assert name in SCHEMA[table].keys or not name
        assert str(error).isprintable()
        assert not str(error).endswith(".")
        assert "hunter2!" not in str(error)


def test_two_ipv6_vips_are_a_clash() -> None:
    v6 = tuple(
        Balancer(lb.name, ip_address(f"fd00:2::24{n}"), "e", lb.priority, lb.address6)
        for n, lb in enumerate(DUAL.load_balancers)
    )
    nodes = (ApiServer("m", ip_address("fd00:2::1")),)
    plan = DUAL._replace(vip=ip_interface("fd00:2::139/64"), load_balancers=v6, control_plane=nodes)
    assert [str(error) for error in check_plan(plan)] == [
        "[vip] address: 'fd00:2::139/64' is IPv6, as address6 is; write the IPv4 address here, or leave address6 out"
    ]


@pytest.mark.parametrize(
    "plan",
    [
        vrrp(lb(ARTICLE, 1, priority=110), preempt=False),
        vrrp(lb(lb(ARTICLE, priority=254), 1, priority=1), preempt=False),
        lb(lb(ARTICLE, priority=254), 1, priority=31),
        haproxy(STACKED._replace(port=6443), bind="vip"),
        vrrp(DUAL, takeover="fast", advert_int=0.1),
        vrrp(ARTICLE, takeover="fast", advert_int=0.25, auth_pass=None),
        vrrp(ARTICLE, advert_int=60.0),
        vrrp(haproxy(ARTICLE, run="static-pod"), track="script"),
        node(ARTICLE, address=ip_address("10.9.9.9"), port=8405),
        lb(ARTICLE, name="k8s-master1"),
    ],
)
def test_what_goes_together_is_no_clash(plan: Plan) -> None:
    assert check_plan(plan) == []


@given(plans(), plans())
@settings(max_examples=times(40))
def test_answers_of_two_plans_never_stop_the_check(one: Plan, two: Plan) -> None:
    mixed = one._replace(vip=two.vip, vip6=two.vip6, vrrp=two.vrrp, load_balancers=two.load_balancers)
    for error in check_plan(mixed):
        assert str(error).isprintable()
