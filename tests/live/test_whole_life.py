"""From a name that does not exist to the VIP, against real name servers, API servers and HAProxy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import Figure
from tests.live.life import MASTERS, NAME, RESOLVERS, VIP, Life, life
from tests.programs import Done

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "knotd", "dnsmasq"),
    pytest.mark.slow,
    pytest.mark.xdist_group("whole-life"),
]

QUICK = ("--timeout", "0.5")
INIT = f"kubeadm init --control-plane-endpoint={NAME}:6443"
TO_MASTER = f"{NAME}. 60 IN A {MASTERS['k8s-master1']}"
TO_VIP = f"{NAME}. 60 IN A {VIP}"


@pytest.fixture
def cluster() -> Iterator[Life]:
    with life() as made:
        yield made


def plan_of(done: Done) -> dict[str, Any]:
    assert done.stderr == ""
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def codes(done: Done) -> set[str]:
    return set(re.findall(r":\d+:\d+: ([A-Z0-9]{5}) ", done.stdout))


def says(*words: str, status: int = 1) -> Callable[[Done], bool]:
    """Whether a run ended so and said all of this: a busy machine may miss an answer, so one waits for it."""
    return lambda done: done.status == status and all(word in done.stdout for word in words)


def reports(*wanted: str) -> Callable[[Done], bool]:
    """Whether exactly these rules speak."""
    return lambda done: codes(done) == set(wanted)


def resolve_freshly(cluster: Life) -> None:
    cluster.forget(0)
    cluster.forget(1)


def test_a_cluster_s_life_from_no_name_to_the_vip(cluster: Life, figure: Figure) -> None:
    # Nothing is there.
    cluster.write_plan("bootstrap")
    nothing = cluster.verify_until(says("NXDOMAIN", TO_MASTER), *QUICK)
    assert INIT not in nothing.stdout
    cluster.lint_until(reports("DN001"), *QUICK)

    # The name points to the initial master: kubeadm init may run.
    cluster.set_record(MASTERS["k8s-master1"])
    resolve_freshly(cluster)
    cluster.verify_until(says(INIT), *QUICK)
    cluster.lint_until(reports(), *QUICK)

    # kubeadm init and two joins later the phase is passed.
    cluster.start_masters("k8s-master1")
    joining = cluster.verify_until(says("kubeadm join"), *QUICK)
    assert INIT not in joining.stdout
    cluster.start_masters("k8s-master2", "k8s-master3")
    cluster.verify_until(says("all passed", status=0), *QUICK)
    cluster.lint_until(reports(), *QUICK)

    # In the cutover phase the record is not shown before the VIP serves.
    cluster.write_plan("cutover")
    early = cluster.verify(*QUICK)
    assert early.status == 1
    assert TO_VIP not in early.stdout
    cluster.start_balancer("haproxy-lb1")
    cluster.start_balancer("haproxy-lb2")
    at_vip = cluster.verify_until(lambda d: json.loads(d.stdout)["next"] == "vip", *QUICK, "--format", "json")
    assert TO_VIP not in json.dumps(plan_of(at_vip))
    cluster.take_vip()
    cluster.verify_until(says(TO_VIP), *QUICK)
    cluster.lint_until(reports("DN002"), *QUICK)

    # The name moves; one resolver has just asked, and keeps the old address for a while.
    resolve_freshly(cluster)
    cluster.verify(*QUICK)
    cluster.set_record(VIP)
    cluster.forget(1)
    stale = plan_of(cluster.verify(*QUICK, "--format", "json"))
    assert stale["passed"] is False
    [countdown] = stale["countdown"]
    assert countdown["addresses"] == [MASTERS["k8s-master1"]]
    assert 0 <= countdown["seconds"] <= 6
    watching = cluster.watch(*QUICK)
    assert watching.status == 0
    assert "may keep 192.168.2.151 for" in watching.stdout
    assert "all passed" in watching.stdout
    cluster.lint_until(lambda done: done.status == 0, *QUICK)
    figure(f"whole life: {countdown['seconds']:.0f} s countdown of the stale resolver, watch ended with 0")


def test_the_article_s_order_is_called_an_outage(cluster: Life) -> None:
    """It moves the name to the VIP before there is a load balancer."""
    cluster.write_plan("cutover")
    cluster.set_record(VIP)
    cluster.start_masters(*MASTERS)
    resolve_freshly(cluster)
    done = cluster.verify_until(says(TO_MASTER), *QUICK)
    assert TO_VIP not in done.stdout
    cluster.lint_until(lambda done: "DN008" in codes(done), *QUICK)


def test_a_hosts_file_that_pins_the_old_address_is_named_with_its_line(cluster: Life) -> None:
    cluster.write_plan("cutover")
    cluster.set_record(VIP)
    cluster.start_masters(*MASTERS)
    cluster.start_balancer("haproxy-lb1")
    cluster.start_balancer("haproxy-lb2")
    cluster.take_vip()
    cluster.lab.write_etc("hosts", f"127.0.0.1 localhost\n{MASTERS['k8s-master1']} {NAME}\n")
    resolve_freshly(cluster)
    cluster.verify_until(says("ok   3", "/etc/hosts:2"), *QUICK)
    linted = cluster.lint_until(reports("DN010"), *QUICK)
    assert "/etc/hosts:2" in linted.stdout


def test_it_says_when_it_was_asked_on_the_load_balancer_itself(cluster: Life) -> None:
    cluster.write_plan("cutover")
    cluster.set_record(VIP)
    cluster.start_masters(*MASTERS)
    cluster.start_balancer("haproxy-lb1")
    cluster.take_vip()
    there = ("--resolver", RESOLVERS[0], *QUICK)
    done = cluster.lab.run("rules", "--live", *there, on=cluster.lab.cluster)
    assert "which is haproxy-lb1" in done.stderr
    assert f"holds the VIP {VIP} now" in done.stderr
    assert "none of the nodes" in cluster.lint(*QUICK).stderr


def test_a_silent_resolver_and_a_dead_balancer_are_told_apart(cluster: Life) -> None:
    cluster.write_plan("bootstrap")
    cluster.set_record(MASTERS["k8s-master1"])
    cluster.start_masters(*MASTERS)
    resolve_freshly(cluster)
    cluster.resolvers[1].pause()
    try:
        done = cluster.lint_until(lambda d: reports("DN001")(d) and "10.0.1.53 does not answer" in d.stdout, *QUICK)
    finally:
        cluster.resolvers[1].resume()
    assert "10.0.0.53 does" not in done.stdout
