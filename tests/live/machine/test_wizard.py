"""What the wizard's checks say on a load balancer: who has the VIP, and which VRIDs are taken; with real routers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from rules.live import Advert, Answer
from tests.live.machine.pair import Lab, instance, run_keepalived, wait_for
from tests.live.machine.wire import OTHER, OWN, PEER, VIP
from wizard.probes.ask import run_checks, subject
from wizard.probes.neighbours import arp_results, router_results
from wizard.probes.results import CheckedAnswers, CheckResult, CheckStatus, ProbedMachine
from wizard.questions.answers import Answers, Place
from wizard.rehearsal.lab.network import Net

FACTS = CheckedAnswers(
    "kube.example.com",
    6443,
    vips=(ip_address(VIP),),
    balancers=(ProbedMachine(0, "lb1", ip_address(OWN)), ProbedMachine(1, "lb2", ip_address(PEER))),
)


def advert(source: str, vrid: int, vip: str = "192.0.2.200") -> Advert:
    return Advert("ens160", ip_address(source), vrid, 2, 100, (ip_address(vip),))


def test_a_vrid_that_is_taken_comes_with_one_that_is_free() -> None:
    heard = [advert(OTHER, 33), advert(OTHER, 34), advert("192.0.2.78", 60)]
    assert router_results(FACTS, 33, heard, 3.0) == (
        CheckResult(CheckStatus.WARN, f"VRID 33 is in use here: {OTHER} sends adverts with it; 35 is free"),
        CheckResult(CheckStatus.INFO, f"in use here: VRID 34 ({OTHER}) and 60 (192.0.2.78)"),
    )


def test_the_plan_s_own_adverts_are_nobody_else_s() -> None:
    heard = [advert(PEER, 33), advert(OTHER, 33, VIP)]
    (result,) = router_results(FACTS, 33, heard, 3.0)
    assert result == CheckResult(CheckStatus.OK, "no other virtual router was heard within 3 s")
    ok, rest = router_results(FACTS, 33, [*heard, advert(OTHER, 51)], 3.0)
    assert (ok.status, rest.status) == (CheckStatus.OK, CheckStatus.INFO)


def test_an_address_that_somebody_answers_for_is_taken() -> None:
    (result,) = arp_results([Answer(ip_address(VIP), "52:54:00:aa:bb:cc", "ens160")])
    assert result == CheckResult(CheckStatus.WARN, f"52:54:00:aa:bb:cc answers for {VIP} by ARP: a machine has it")


def test_elsewhere_nobody_is_listened_for() -> None:
    answers = Answers({Place("vrrp", 0, "virtual_router_id"): "33", Place("lb", 0, "address"): "192.0.2.254"})
    assert subject("vrrp", answers) == ()


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Net() as net:
        yield Lab(net)


@pytest.mark.root
@pytest.mark.daemon("keepalived")
@pytest.mark.slow
@pytest.mark.xdist_group("host")
def test_on_a_load_balancer_beside_another_pair(lab: Lab) -> None:
    answers = Answers(
        {
            Place("cluster", 0, "endpoint"): "kube.example.com",
            Place("vip", 0, "address"): f"{VIP}/24",
            Place("lb", 0, "name"): "lb1",
            Place("lb", 0, "address"): OWN,
            Place("lb", 1, "address"): PEER,
            Place("vrrp", 0, "virtual_router_id"): "60",
        }
    )
    run_keepalived(lab.other, instance("", "", priority=255, vrid=60, vip="192.0.2.200/24"))
    wait_for(lab.other, "192.0.2.200")
    lab.peer.add_address("ens160", f"{VIP}/24")
    with lab.own.inside():
        assert subject("vrrp", answers)[0] == 60
        taken, *_ = asyncio.run(run_checks("vrrp", answers, resolvers=(), timeout=2.5))
        found = asyncio.run(run_checks("vip", answers, resolvers=(), timeout=1.5))
    assert taken == CheckResult(CheckStatus.WARN, f"VRID 60 is in use here: {OTHER} sends adverts with it; 61 is free")
    assert [one.text for one in found if "by ARP: a machine has it" in one.text]
