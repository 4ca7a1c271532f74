"""The bootstrap phase: the steps about the VIP and the name."""

from __future__ import annotations

import pytest

from rules.live.observations import Alias, Contact, ReplyKind, SystemView
from rules.live.views.view import LiveView
from rules.live.views.wording import record
from tests.wizard.verify.views import (
    ELSEWHERE,
    LB1,
    MASTER,
    NAME,
    NODES,
    NS1,
    NS2,
    PLAN,
    R1,
    R2,
    VIP,
    alive,
    both,
    certificate,
    dead,
    gives,
    hosts,
    points_to,
    reply,
    serving,
    step,
    view,
)
from wizard.verify.checklist import CheckStep, Countdown, Status, checklist

KEYS = ["vip-free", "name", "resolvers", "this-machine", "ttl", "api", "certificate", "control-plane"]
TO_MASTER = f"{NAME}. 60 IN A {MASTER}"
CLOSED = tuple(dead(node) for node in NODES)


def found(seen: LiveView, key: str) -> CheckStep:
    return step(checklist(seen), key)


def test_the_steps_stand_in_the_order_of_the_work() -> None:
    assert [step.key for step in checklist(view()).steps] == KEYS


def test_all_is_passed_and_the_cutover_comes_next() -> None:
    done = checklist(view(replies=points_to(MASTER), probes=[*serving(*NODES), dead(VIP)], system=gives(MASTER)))
    assert {step.key: step.status for step in done.steps} == dict.fromkeys(KEYS, Status.OK)
    assert done.passed
    assert done.next is None
    assert any('phase = "cutover"' in advice for advice in done.closing)


def test_nothing_is_advised_for_later_before_all_is_passed() -> None:
    assert checklist(view(replies=points_to(MASTER), probes=CLOSED)).closing == ()


@pytest.mark.parametrize("contact", [Contact.REFUSED, Contact.TIMEOUT, Contact.UNREACHABLE])
def test_a_vip_where_nothing_listens_is_free(contact: Contact) -> None:
    assert found(view(probes=[dead(VIP, contact)]), "vip-free").status is Status.OK


@pytest.mark.parametrize("contact", [Contact.CLOSED, Contact.SILENT, Contact.PLAIN, Contact.TLS_ERROR, Contact.RESET])
def test_a_service_that_takes_connections_at_the_vip_is_foreign(contact: Contact) -> None:
    taken = found(view(probes=[dead(VIP, contact)]), "vip-free")
    assert taken.status is Status.FAIL
    assert "another VIP" in taken.todo


def test_a_foreign_certificate_at_the_vip_is_named() -> None:
    nas = certificate("nas.example.com", addresses=(), key="bb", mark="02")
    taken = found(view(probes=[alive(VIP, nas), alive(MASTER)]), "vip-free")
    assert taken.status is Status.FAIL
    assert "nas.example.com" in taken.lines[0].got


def test_the_clusters_own_api_may_answer_at_the_vip() -> None:
    own = certificate("kubernetes", mark="03")  # the same CA as the initial master's
    assert found(view(probes=[alive(VIP)]), "vip-free").status is Status.OK
    assert found(view(probes=[alive(VIP, own), alive(MASTER)]), "vip-free").status is Status.OK


def test_load_balancers_without_a_server_yet_may_close_connections_at_the_vip() -> None:
    probes = [dead(VIP, Contact.CLOSED), dead(LB1, Contact.CLOSED)]
    assert found(view(probes=probes), "vip-free").status is Status.OK


def test_a_plan_without_a_vip_has_no_vip_to_check() -> None:
    plan = PLAN.replace(f'[vip]\naddress = "{VIP}/24"\n', "")
    assert found(view(plan), "vip-free").status is Status.SKIP


@pytest.mark.parametrize(
    "wrong",
    [
        reply(NS1, ELSEWHERE),
        reply(NS1, MASTER, ELSEWHERE),
        reply(NS1, kind=ReplyKind.NXDOMAIN),
        reply(NS1),
    ],
)
def test_a_record_that_does_not_lead_to_the_initial_master_is_to_be_set(wrong: object) -> None:
    seen = view(replies=[wrong, reply(R1, MASTER)], probes=CLOSED)  # type: ignore[list-item]
    assert found(seen, "name").status is Status.FAIL
    assert TO_MASTER in found(seen, "name").todo
    assert checklist(seen).next == found(seen, "name")


def test_the_record_behind_a_cname_is_the_one_to_change() -> None:
    chained = reply(NS1, ELSEWHERE)._replace(chain=(Alias(NAME, "api.example.com", 60),))
    assert (
        record("api.example.com", chained.addresses[0].__class__(MASTER)) in found(view(replies=[chained]), "name").todo
    )


def test_a_secondary_that_lags_is_named_in_place_of_the_record() -> None:
    seen = found(view(replies=[*both(NS1, MASTER), *both(NS2, ELSEWHERE)]), "name")
    assert seen.status is Status.FAIL
    assert "has not reached ns2.example.com (192.0.2.2)" in seen.todo
    assert TO_MASTER not in seen.todo


def test_a_name_that_is_at_a_serving_vip_means_that_the_phase_is_over() -> None:
    seen = found(view(replies=points_to(VIP), probes=[*serving(*NODES), alive(VIP)]), "name")
    assert seen.status is Status.FAIL
    assert 'phase = "cutover"' in seen.todo


def test_without_an_authoritative_server_the_step_is_skipped_with_a_reason() -> None:
    seen = found(view(replies=both(R1, MASTER)), "name")
    assert (seen.status, seen.todo) == (Status.SKIP, "")
    assert "none was found" in seen.lines[0].got


@pytest.mark.parametrize("kind", [ReplyKind.TIMEOUT, ReplyKind.UNREACHABLE, ReplyKind.REFUSED])
def test_authoritative_servers_out_of_reach_are_no_failure(kind: ReplyKind) -> None:
    replies = [reply(NS1, kind=kind), reply(NS2, kind=kind), *both(R1, MASTER)]
    assert found(view(replies=replies), "name").status is Status.SKIP
    assert (
        found(view(replies=[*replies, *both(NS2._replace(address="192.0.2.3"), MASTER)]), "name").status is Status.WARN
    )


def test_resolvers_wait_for_the_record() -> None:
    seen = checklist(view(replies=points_to(ELSEWHERE)))
    assert step(seen, "resolvers").status is Status.WAIT
    assert step(seen, "resolvers").lines[-1].got == "not yet: name first"
    assert seen.countdowns == ()


def test_a_stale_resolver_has_a_countdown_and_nobody_has_to_act() -> None:
    seen = checklist(view(replies=[*both(NS1, MASTER), *both(R1, ELSEWHERE, ttl=41), *both(R2, MASTER)], probes=CLOSED))
    assert step(seen, "resolvers").status is Status.WAIT
    assert seen.countdowns == (Countdown("10.0.0.53", 41, view(replies=[reply(R1, ELSEWHERE)]).addresses),)
    assert seen.next is None
    assert not seen.passed


def test_a_resolver_that_remembers_that_there_is_nothing_has_a_countdown() -> None:
    seen = checklist(view(replies=[*both(NS1, MASTER), reply(R1, kind=ReplyKind.NXDOMAIN, negative_ttl=211)]))
    assert seen.countdowns == (Countdown("10.0.0.53", 211),)
    assert step(seen, "resolvers").status is Status.WAIT


def test_the_longest_countdown_is_told() -> None:
    replies = [*both(NS1, MASTER), *both(R1, ELSEWHERE, ttl=41), *both(R2, ELSEWHERE, ttl=7)]
    longest = checklist(view(replies=replies)).longest
    assert longest is not None
    assert (longest.server, longest.seconds) == ("10.0.0.53", 41)


@pytest.mark.parametrize(
    "kind",
    [
        ReplyKind.TIMEOUT,
        ReplyKind.REFUSED,
        ReplyKind.SERVFAIL,
        ReplyKind.UNREACHABLE,
        ReplyKind.GARBAGE,
        ReplyKind.LOOP,
    ],
)
def test_a_resolver_that_says_nothing_about_the_name_fails(kind: ReplyKind) -> None:
    failing = [reply(R2, kind=kind), reply(R2, kind=kind, question="AAAA")]
    seen = found(view(replies=[*points_to(MASTER)[:6], *failing]), "resolvers")
    assert seen.status is Status.FAIL
    assert [(line.subject, line.asked) for line in seen.lines if line.status is Status.FAIL] == [
        ("10.0.1.53", "A and AAAA")
    ]
    assert seen.todo


def test_a_resolver_that_finds_the_signatures_wrong_is_told_from_one_that_is_broken() -> None:
    replies = [*both(NS1, MASTER), reply(R1, kind=ReplyKind.SERVFAIL, bogus=True)]
    assert "DS record" in found(view(replies=replies), "resolvers").todo


def test_a_resolver_with_a_record_of_its_own_never_runs_out() -> None:
    seen = checklist(view(replies=[*both(NS1, MASTER), reply(R1, ELSEWHERE, authoritative=True)]))
    assert step(seen, "resolvers").status is Status.FAIL
    assert "of its own" in step(seen, "resolvers").todo
    assert seen.countdowns == ()


def test_a_private_address_that_a_resolver_withholds() -> None:
    seen = found(view(replies=[*both(NS1, MASTER), reply(R1)]), "resolvers")
    assert seen.status is Status.FAIL
    assert "rebinding" in seen.todo


def test_without_authoritative_servers_a_wrong_resolver_asks_for_the_record() -> None:
    seen = checklist(view(replies=both(R1, ELSEWHERE, ttl=41)))
    assert TO_MASTER in step(seen, "resolvers").todo
    assert [countdown.seconds for countdown in seen.countdowns] == [41]


def test_an_aaaa_record_without_an_ipv6_address_in_the_plan_is_a_warning() -> None:
    stray = reply(R1, "2001:db8::9", question="AAAA")
    seen = found(view(replies=[*both(NS1, MASTER), reply(R1, MASTER), stray]), "resolvers")
    assert seen.status is Status.WARN
    assert "remove the AAAA record" in seen.todo


def test_a_server_that_denies_the_name_when_asked_for_aaaa_is_a_warning() -> None:
    denied = reply(R1, kind=ReplyKind.NXDOMAIN, question="AAAA")
    assert found(view(replies=[*both(NS1, MASTER), reply(R1, MASTER), denied]), "resolvers").status is Status.WARN


def test_somebody_has_to_be_asked() -> None:
    assert found(view(), "resolvers").status is Status.FAIL
    assert found(view(system=gives(MASTER)), "resolvers").status is Status.SKIP
    assert found(view(replies=both(NS1, MASTER)), "resolvers").status is Status.SKIP


def test_a_hosts_line_that_pins_another_address_is_named_by_file_and_line() -> None:
    system = SystemView(gives(ELSEWHERE).addresses, hosts=hosts((ELSEWHERE, 7)))
    seen = found(view(replies=points_to(MASTER), system=system), "this-machine")
    assert seen.status is Status.FAIL
    assert "/etc/hosts:7" in seen.todo


def test_a_hosts_line_that_is_right_has_to_go_before_the_cutover() -> None:
    system = SystemView(gives(MASTER).addresses, hosts=hosts((MASTER, 7)))
    seen = found(view(replies=points_to(MASTER), system=system), "this-machine")
    assert seen.status is Status.WARN
    assert "/etc/hosts:7" in seen.todo


def test_a_hosts_file_that_nobody_reads_says_nothing() -> None:
    system = SystemView(gives(MASTER).addresses, hosts=hosts((ELSEWHERE, 7)), order=("dns",))
    assert found(view(replies=points_to(MASTER), system=system), "this-machine").status is Status.OK


def test_this_machine_waits_for_its_resolvers_and_has_a_cache_of_its_own_after_them() -> None:
    stale = [*both(NS1, MASTER), *both(R1, ELSEWHERE)]
    assert found(view(replies=stale, system=gives(ELSEWHERE)), "this-machine").status is Status.WAIT
    later = found(view(replies=points_to(MASTER), system=gives(ELSEWHERE)), "this-machine")
    assert later.status is Status.FAIL
    assert "flush-caches" in later.todo


def test_this_machine_is_not_asked_when_resolvers_are_named() -> None:
    seen = found(view(replies=points_to(MASTER), system=SystemView()), "this-machine")
    assert seen.status is Status.SKIP
    assert "--resolver" in seen.lines[0].got


def test_what_keeps_this_machine_from_resolving_is_told() -> None:
    seen = found(view(replies=points_to(MASTER), system=SystemView((), "no such name")), "this-machine")
    assert seen.status is Status.FAIL
    assert "no such name" in seen.lines[0].got


@pytest.mark.parametrize(
    ("ttl", "status"), [(0, Status.OK), (300, Status.OK), (301, Status.WARN), (86400, Status.WARN)]
)
def test_the_ttl_should_be_short(ttl: int, status: Status) -> None:
    assert found(view(replies=both(NS1, MASTER, ttl=ttl)), "ttl").status is status


def test_a_long_ttl_does_not_hold_up_the_cluster() -> None:
    seen = checklist(view(replies=points_to(MASTER, ttl=86400), probes=serving(*NODES), system=gives(MASTER)))
    assert seen.passed
