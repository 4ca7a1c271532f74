"""The cutover phase: each step in each of its states, and the order that is enforced."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from rules.live.observations import Certificate, Contact, Observations, Probe, Reply, ReplyKind, SystemView, Vantage
from rules.live.views.view import LiveView
from rules.live.views.wording import record
from tests.wizard.verify.views import (
    CUTOVER,
    DUAL,
    ELSEWHERE,
    LB1,
    LB2,
    MASTER,
    NAME,
    NODES,
    NS1,
    NS2,
    PLAN,
    R1,
    R2,
    SECOND,
    VIP,
    VIP6,
    alive,
    both,
    certificate,
    dead,
    endpoint,
    gives,
    hosts,
    points_to,
    ready,
    reply,
    serving,
    step,
    view,
)
from wizard.verify.checklist import CheckStep, Status, checklist

KEYS = ["control-plane", "load-balancers", "vip", "ttl", "move", "resolvers", "this-machine"]
TO_VIP = record(NAME, ip_address(VIP))
TO_VIP6 = record(NAME, ip_address(VIP6))
TO_MASTER = record(NAME, ip_address(MASTER))


def found(seen: LiveView, key: str) -> CheckStep:
    return step(checklist(seen), key)


def before(*, probes: tuple[Probe, ...] | None = None, replies: tuple[Reply, ...] | None = None) -> LiveView:
    """All serves and the name is at the initial master."""
    return view(
        CUTOVER,
        probes=ready() if probes is None else probes,
        replies=points_to(MASTER) if replies is None else replies,
        system=gives(MASTER),
    )


def after(*replies: Reply, system: SystemView | None = None) -> LiveView:
    """All serves and the name is at the VIP, but for these replies."""
    return view(
        CUTOVER, probes=ready(), replies=[*both(NS1, VIP), *both(NS2, VIP), *replies], system=system or gives(VIP)
    )


def test_the_steps_stand_in_the_order_of_the_work() -> None:
    assert [step.key for step in checklist(before()).steps] == KEYS


def test_all_is_passed_and_the_tests_by_hand_come_next() -> None:
    done = checklist(view(CUTOVER, probes=ready(), replies=points_to(VIP), system=gives(VIP)))
    assert {step.key: step.status for step in done.steps} == dict.fromkeys(KEYS, Status.OK)
    assert done.passed
    assert f"kubectl --server=https://{NAME}:6443 get nodes" in done.closing[0]


def test_the_phase_that_dns_shows_is_taken_when_none_is_set() -> None:
    plan = PLAN.replace('phase = "bootstrap"\n', "")
    assert checklist(view(plan, replies=points_to(VIP))).phase == "cutover"
    assert checklist(view(plan, replies=points_to(MASTER))).phase == "bootstrap"
    assert checklist(view(plan)).phase == "bootstrap"


def test_the_record_is_shown_when_everything_serves() -> None:
    seen = checklist(before())
    assert seen.next == step(seen, "move")
    assert TO_VIP in step(seen, "move").todo
    assert step(seen, "resolvers").status is Status.WAIT
    assert step(seen, "this-machine").status is Status.WAIT
    assert seen.countdowns == ()


UNREADY = {
    "VIP refuses": (*serving(*NODES, LB1, LB2), dead(VIP)),
    "VIP is silent": (*serving(*NODES, LB1, LB2), dead(VIP, Contact.SILENT)),
    "VIP was not asked": serving(*NODES, LB1, LB2),
    "VIP is not ready": (*serving(*NODES, LB1, LB2), alive(VIP, status=500)),
    "VIP has a certificate for others": (*serving(*NODES, LB1, LB2), alive(VIP, certificate("kubernetes"))),
    "a load balancer is down": (*serving(*NODES, LB1, VIP), dead(LB2, Contact.CLOSED)),
    "a load balancer shows another certificate": (*serving(*NODES, LB1, VIP), alive(LB2, certificate("other"))),
    "a node is down": (*serving(MASTER, SECOND, LB1, LB2, VIP), dead(NODES[2])),
    "the VIP's certificate is not vouched for": (*serving(*NODES, LB1, LB2), alive(VIP)._replace(verified="expired")),
}


@pytest.mark.parametrize("why", list(UNREADY))
def test_the_record_is_not_shown_before_everything_serves(why: str) -> None:
    seen = checklist(before(probes=UNREADY[why]))
    assert step(seen, "move").status is Status.WAIT
    assert step(seen, "move").todo == ""
    assert step(seen, "move").lines[-1].got.startswith("not yet: ")
    assert seen.next is not None
    assert seen.next.key in ("control-plane", "load-balancers", "vip")
    assert TO_VIP not in str(seen)


def test_a_name_that_was_moved_too_early_goes_back_to_the_initial_master() -> None:
    seen = checklist(view(CUTOVER, probes=UNREADY["VIP refuses"], replies=points_to(VIP)))
    assert step(seen, "move").status is Status.FAIL
    assert TO_MASTER in step(seen, "move").todo
    assert TO_VIP not in str(seen)
    assert seen.next == step(seen, "vip")


def test_a_name_that_was_moved_stays_there_when_a_node_is_down() -> None:
    seen = checklist(view(CUTOVER, probes=UNREADY["a node is down"], replies=points_to(VIP), system=gives(VIP)))
    assert step(seen, "move").status is Status.OK
    assert seen.next == step(seen, "control-plane")


@pytest.mark.parametrize("kind", [ReplyKind.NXDOMAIN, ReplyKind.NODATA])
def test_a_record_that_is_gone_is_to_be_written(kind: ReplyKind) -> None:
    assert TO_VIP in found(before(replies=(reply(NS1, kind=kind), *both(R1, MASTER))), "move").todo


def test_an_address_beside_the_vip_has_to_go() -> None:
    seen = found(before(replies=(reply(NS1, VIP, MASTER), *both(R1, VIP))), "move")
    assert seen.status is Status.WAIT
    assert TO_VIP in seen.todo
    assert "no other address" in seen.todo


def test_a_secondary_that_lags_is_named() -> None:
    seen = found(before(replies=(*both(NS1, VIP), *both(NS2, MASTER))), "move")
    assert seen.status is Status.WAIT
    assert "has not reached ns2.example.com (192.0.2.2)" in seen.todo


def test_without_authoritative_servers_the_resolvers_tell_whether_the_name_has_moved() -> None:
    seen = checklist(before(replies=(*both(R1, VIP), *both(R2, MASTER, ttl=41))))
    assert TO_VIP in step(seen, "move").todo
    assert [countdown.seconds for countdown in seen.countdowns] == [41]
    done = checklist(view(CUTOVER, probes=ready(), replies=[*both(R1, VIP), *both(R2, VIP)], system=gives(VIP)))
    assert step(done, "move").status is Status.SKIP
    assert done.passed


def test_without_any_name_server_this_machine_tells() -> None:
    pinned = SystemView(gives(VIP).addresses, hosts=hosts((VIP, 3)))
    assert checklist(view(CUTOVER, probes=ready(), system=pinned)).passed
    assert TO_VIP in found(view(CUTOVER, probes=ready(), system=gives(MASTER)), "move").todo


def test_stale_resolvers_have_countdowns_after_the_move() -> None:
    seen = checklist(after(*both(R1, MASTER, ttl=41), *both(R2, VIP)))
    assert [(c.server, c.seconds, str(c.addresses[0])) for c in seen.countdowns] == [("10.0.0.53", 41, MASTER)]
    assert step(seen, "resolvers").status is Status.WAIT
    assert seen.next is None


def test_the_hosts_file_has_to_follow_after_the_move_only() -> None:
    pinned = SystemView(gives(MASTER).addresses, hosts=hosts((MASTER, 7)))
    later = found(after(*both(R1, VIP), system=pinned), "this-machine")
    assert later.status is Status.FAIL
    assert "/etc/hosts:7" in later.todo
    now = found(view(CUTOVER, probes=ready(), replies=points_to(MASTER), system=pinned), "this-machine")
    assert (now.status, now.todo) == (Status.WAIT, "")


@pytest.mark.parametrize(("ttl", "status"), [(300, Status.OK), (301, Status.WARN)])
def test_the_ttl_counts_before_the_move_and_no_more_after_it(ttl: int, status: Status) -> None:
    assert found(before(replies=both(NS1, MASTER, ttl=ttl)), "ttl").status is status
    moved = view(CUTOVER, probes=ready(), replies=both(NS1, VIP, ttl=3600))
    assert found(moved, "ttl").status is Status.OK


def test_a_resolver_that_still_remembers_the_old_long_ttl_is_shown() -> None:
    seen = found(before(replies=(*both(NS1, MASTER, ttl=60), *both(R1, MASTER, ttl=7200))), "ttl")
    assert seen.status is Status.WARN
    assert [line.subject for line in seen.lines if line.status is Status.WARN] == ["10.0.0.53"]
    assert "2 h" in seen.todo


def test_the_holder_of_the_vip_is_told_where_that_can_be_known() -> None:
    def got(*local: str) -> str:
        return found(view(CUTOVER, probes=ready(), local=local), "vip").lines[0].got

    assert got(LB1, VIP).endswith("held by haproxy-lb1 (this machine)")
    assert got(LB1).endswith("not held by haproxy-lb1 (this machine)")
    assert "held" not in got()
    assert "held" not in got(MASTER)


def test_a_load_balancer_without_an_address_of_its_own_is_skipped() -> None:
    plan = CUTOVER.replace(f'address = "{LB1}"\n', "").replace(f'address = "{LB2}"\n', "")
    assert found(view(plan, probes=ready()), "load-balancers").status is Status.SKIP


def test_a_plan_without_a_vip_can_not_be_passed() -> None:
    seen = checklist(
        view(CUTOVER.replace(f'[vip]\naddress = "{VIP}/24"\n', ""), probes=ready(), replies=points_to(MASTER))
    )
    assert step(seen, "vip").status is Status.FAIL
    assert "[vip] address" in step(seen, "vip").todo


def test_nothing_asked_is_nothing_passed() -> None:
    seen = checklist(LiveView(endpoint(CUTOVER), Observations(0.0, 1.0, Vantage("here"))))
    assert not seen.passed
    assert step(seen, "vip").status is Status.FAIL
    assert step(seen, "move").status is Status.WAIT


DUAL_READY = serving(*NODES, LB1, LB2, VIP, VIP6, "fd00:2::141", "fd00:2::142")


def dual(*replies: Reply, probes: tuple[Probe, ...] = DUAL_READY) -> LiveView:
    return view(DUAL, probes=probes, replies=replies, system=gives(VIP, VIP6))


def test_dual_stack_moves_both_records() -> None:
    todo = found(dual(*both(NS1, MASTER)), "move").todo
    assert TO_VIP in todo
    assert TO_VIP6 in todo


def test_dual_stack_waits_for_the_vip_of_either_family() -> None:
    half = tuple(probe for probe in DUAL_READY if str(probe.address) != VIP6)
    seen = checklist(dual(*both(NS1, MASTER), probes=half))
    assert step(seen, "move").status is Status.WAIT
    assert TO_VIP not in str(seen)


def test_dual_stack_with_both_records_is_passed_and_with_one_it_is_a_warning() -> None:
    full = [reply(s, address, question=q) for s in (NS1, R1) for q, address in (("A", VIP), ("AAAA", VIP6))]
    assert checklist(dual(*full)).passed
    lone = checklist(dual(*both(NS1, VIP), *both(R1, VIP)))
    assert (lone.passed, step(lone, "move").status) == (True, Status.WARN)
    stale = checklist(dual(*full[:3], reply(R1, question="AAAA", negative_ttl=99)))
    assert step(stale, "resolvers").status is Status.WAIT
    assert [countdown.seconds for countdown in stale.countdowns] == [99]


def test_an_aaaa_record_without_an_ipv6_vip_is_a_warning() -> None:
    stray = reply(R1, "2001:db8::9", question="AAAA")
    seen = found(after(reply(R1, VIP), stray), "resolvers")
    assert seen.status is Status.WARN
    assert "[vip] address6" in seen.todo


def test_a_resolver_that_leads_elsewhere_for_good_fails() -> None:
    assert found(after(reply(R1, ELSEWHERE, authoritative=True)), "resolvers").status is Status.FAIL


@pytest.mark.parametrize(
    ("shown", "said", "not_said"),
    [
        (certificate("www.example.com"), "this is no API server's certificate", "kubeadm init phase"),
        (certificate("kubernetes", key="bb", mark="02"), "this is another cluster's certificate", "kubeadm init phase"),
        (certificate("kubernetes"), "kubeadm init phase certs apiserver", "another"),
    ],
    ids=["no-api-server", "another-cluster", "ours"],
)
def test_a_certificate_is_made_anew_only_where_it_is_the_clusters_own(
    shown: Certificate, said: str, not_said: str
) -> None:
    probes = (*serving(*NODES, LB1), alive(LB2, shown), alive(VIP))
    found = checklist(view(CUTOVER, replies=points_to(MASTER), probes=probes, system=gives(MASTER)))
    todo = step(found, "load-balancers").todo
    assert said in todo
    assert not_said not in todo


def test_a_foreign_certificate_on_a_master_is_not_made_anew() -> None:
    probes = (alive(MASTER, certificate("registry.example.com")), *serving(*NODES[1:]))
    found = checklist(view(PLAN, replies=points_to(MASTER), probes=probes, system=gives(MASTER)))
    todo = step(found, "certificate").todo
    assert todo.startswith("this is no API server's certificate")
    assert "haproxy" not in todo
