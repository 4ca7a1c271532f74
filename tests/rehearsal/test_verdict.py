"""Verdicts on recorded events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rehearsal.recorded import BEGAN, VIP, Pair, answered, failed, moved, played, turn
from wizard.rehearsal.events import ActKind, Turn
from wizard.rehearsal.measures import lateness
from wizard.rehearsal.record import Followed, Moved
from wizard.rehearsal.verdict import CLIENT_MARGIN, MARGIN, Ending

PAIR = Pair()
POWER = turn(ActKind.POWER, "lb1")
HAPROXY = turn(ActKind.HAPROXY, "lb1")


def test_a_takeover_in_the_predicted_time_holds() -> None:
    judged = PAIR.judge(played(POWER, moved(0, 3.1, 9), [*answered(-0.5, 0), *answered(3.1, 10)]))
    assert (judged.mark, judged.why) == (Ending.HELD, "")
    assert judged.outage == pytest.approx(3.1)
    assert judged.predicted is not None
    assert judged.predicted.low < 3.1 < judged.predicted.high
    assert judged.failure.gap == pytest.approx(3.0, abs=0.1)
    assert judged.failure.broken == judged.failure.held == 1


@given(st.integers(0, 600).map(lambda hundredths: hundredths / 100))
def test_a_takeover_holds_exactly_in_the_range_and_the_margin(after: float) -> None:
    judged = PAIR.judge(played(POWER, moved(0, after, 9), answered(-0.5, 10), restored=7))
    forecast = judged.seen[0].forecast
    assert forecast.outage is not None
    low, high = forecast.outage
    late = judged.lateness
    if low <= after <= high:
        assert judged.mark is Ending.HELD, judged.why
    elif after > high + MARGIN + late + 0.001 or after < low - 0.1 - late - 0.001:
        assert judged.mark is Ending.DIFFERS
        assert "s without an owner, predicted were" in judged.why


def test_nobody_takes_over() -> None:
    judged = PAIR.judge(played(POWER, moved(0, 3)[:1], [*answered(-0.5, 0), *failed(0, 5), *answered(6, 10)]))
    assert judged.mark is Ending.DIFFERS
    assert judged.outage is None
    assert "afterwards no load balancer has VIP 192.0.2.10, predicted was lb2" in judged.why


def test_the_vip_comes_back_and_clients_get_no_answer() -> None:
    seen = [*answered(-0.5, 0), *failed(0.2, 5, "reset"), *answered(5, 10)]
    judged = PAIR.judge(played(HAPROXY, moved(1.2, 1.9, 9), seen))
    assert judged.mark is Ending.DIFFERS
    assert "clients got no answer for" in judged.why
    assert "failed after the VIP was to be back (reset)" in judged.why


def test_a_failure_of_the_standby_costs_nothing() -> None:
    standby = turn(ActKind.POWER, "lb2")
    assert PAIR.judge(played(standby, [], answered(-0.5, 10))).mark is Ending.HELD
    gap = CLIENT_MARGIN + 0.5
    waiting = [sample._replace(took=gap) for sample in answered(1, 1 + gap)]
    seen = [*answered(-0.5, 1), *waiting, *answered(1 + gap, 10)]
    judged = PAIR.judge(played(standby, [], seen))
    assert judged.mark is Ending.DIFFERS
    assert "clients got no answer for 1.2 s, predicted were 0.0 s at most" in judged.why
    busy = [sample._replace(late=0.6) for sample in seen]
    assert PAIR.judge(played(standby, [], busy)).mark is Ending.HELD  # the machine was late, not the network


def test_a_weight_that_is_too_small_is_a_fault_although_it_was_predicted() -> None:
    weak = Pair(("weight 0", "weight -5"))
    judged = weak.judge(played(HAPROXY, [], [*answered(-0.5, 0), *failed(0, 5), *answered(5.2, 10)]))
    assert judged.mark is Ending.FAULT
    assert "still above healthy lb2" in judged.why
    assert judged.predicted is None


def test_two_owners_after_keepalived_was_killed_are_a_known_limit() -> None:
    both = [Moved(BEGAN + 3.0, "lb2", VIP, True), Moved(BEGAN + 6, "lb2", VIP, False)]
    judged = PAIR.judge(played(turn(ActKind.KEEPALIVED, "lb1"), both, answered(-0.5, 10)))
    assert judged.mark is Ending.LIMIT, judged.why
    assert judged.outage == pytest.approx(3.0)  # lb1 still has it, but is not able to give it away


def test_who_is_cut_off_makes_the_difference() -> None:
    cut = turn(ActKind.PARTITION, "lb2", "lb1")
    both = [Moved(BEGAN + 3.0, "lb2", VIP, True), Moved(BEGAN + 6, "lb2", VIP, False)]
    judged = PAIR.judge(played(cut, both, answered(-0.5, 10)))
    assert judged.mark is Ending.LIMIT
    assert judged.outage == 0.0
    assert judged.predicted is not None
    assert judged.predicted.high == 0


def test_clients_that_keep_an_old_address_after_a_cut_are_told_why() -> None:
    never = Pair(("    vrrp_garp_master_refresh 5\n", ""))
    cut = turn(ActKind.PARTITION, "lb1", "lb2")
    both = [Moved(BEGAN + 3.0, "lb2", VIP, True), Moved(BEGAN + 6, "lb2", VIP, False)]
    waiting = [sample._replace(took=26 - (sample.at - BEGAN)) for sample in answered(6, 26)]
    event = played(cut, both, [*answered(-0.5, 0), *answered(3, 6), *waiting, *answered(26, 30)], ended=30)
    judged = never.judge(event)
    assert judged.mark is Ending.DIFFERS
    assert "'vrrp_garp_master_refresh 5'" in judged.why


@pytest.mark.parametrize("known", [1.8, None])
def test_an_api_server_that_fails_costs_nothing_once_haproxy_knows(known: float | None) -> None:
    gone = turn(ActKind.SERVER_ERROR, "master1")
    seen = [*answered(-0.5, 10), *failed(0.5, 1.7, "status 500")]
    event = played(gone, [], seen)
    judged = PAIR.judge(event._replace(down={} if known is None else {"master1": BEGAN + known}))
    if known is None:
        assert judged.mark is Ending.DIFFERS
        assert "haproxy still sends clients to master1" in judged.why
    else:
        assert judged.mark is Ending.HELD
        assert judged.detected["master1"] == pytest.approx(1.8)


def test_connections_that_fail_after_haproxy_knew_are_counted() -> None:
    gone = turn(ActKind.SERVER_GONE, "master1")
    event = played(gone, [], [*answered(-0.5, 10), *failed(3, 3.3)])._replace(down={"master1": BEGAN + 2})
    judged = PAIR.judge(event)
    assert judged.mark is Ending.DIFFERS
    assert "3 connections failed after haproxy knew of master1 (refused)" in judged.why


def test_where_no_server_is_left_nobody_expects_an_answer() -> None:
    on_lb1 = Pair(("192.0.2.21:6443", "192.0.2.11:6444"), ("192.0.2.22:6443", "192.0.2.11:6445"))
    seen = [*answered(-0.5, 0), *failed(0, 5, "no answer"), *answered(6, 10)]
    judged = on_lb1.judge(played(POWER, moved(0, 3.1, 9), seen))
    assert judged.mark is Ending.LIMIT
    assert judged.why == "no server is left that could answer"


def test_what_runs_beside_haproxy_is_lost_with_it() -> None:
    beside = Pair(("192.0.2.21:6443", "192.0.2.11:6444"))
    longest = beside.stage.lost_with(["lb1"])
    assert longest == pytest.approx(6.4)
    assert beside.stage.lost_with(["lb2"]) == 0
    late = played(POWER, moved(0, 3.1, 19), [*answered(-0.5, 0), *answered(3 + longest, 20)], restored=12, ended=20)
    assert beside.judge(late).mark is Ending.HELD
    assert PAIR.judge(late).mark is Ending.DIFFERS


def test_a_fleet_that_is_not_healthy_says_where_its_vip_is() -> None:
    event = played(Turn(), [], answered(0, 5))._replace(recovered=False, after={VIP: ("lb1", "lb2")})
    judged = PAIR.judge(event)
    assert judged.mark is Ending.DIFFERS
    assert judged.why == "VIP 192.0.2.10 is on lb1 and lb2, predicted was lb1"


def test_connections_that_fail_without_a_failure_are_no_health() -> None:
    event = played(Turn(), [], [*answered(0, 5), *failed(1, 1.4)])
    assert PAIR.judge(event).why.startswith("4 of 54 connections failed although nothing was wrong (refused)")


def test_lateness_is_what_the_clients_began_too_late() -> None:
    on_time = answered(0, 2)
    assert lateness(on_time, BEGAN) == 0
    assert lateness([*on_time, on_time[3]._replace(late=0.4)], BEGAN) == 0.4
    assert lateness([on_time[3]._replace(at=BEGAN - 5, late=0.4)], BEGAN) == 0


FOLLOWED = Followed(ttl=60, kept=59.8, asked=630, failed=0, why="", came=True)


@pytest.mark.parametrize(
    ("followed", "mark", "why"),
    [
        (FOLLOWED, Ending.HELD, ""),
        (FOLLOWED._replace(kept=60.3), Ending.HELD, ""),
        (FOLLOWED._replace(kept=62.0), Ending.DIFFERS, "kept the old address for 62.0 s, the record allows 60 s"),
        (FOLLOWED._replace(came=False), Ending.DIFFERS, "no client by name came to the VIP within 63 s"),
        (FOLLOWED._replace(failed=2, why="refused"), Ending.DIFFERS, "2 connections by name failed (refused)"),
    ],
)
def test_clients_by_name_come_in_time_and_lose_nothing(followed: Followed, mark: Ending, why: str) -> None:
    seen = played(turn(ActKind.CUTOVER, "dns"), [], answered(-0.5, 64), restored=63.0, ended=64.0)
    judged = PAIR.judge(seen._replace(followed=followed))
    assert judged.mark is mark
    assert why in judged.why
