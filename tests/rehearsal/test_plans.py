"""Rehearsals of all kinds of plan with the real daemons, each with the events that are different there.

They run side by side, as they mostly wait for keepalived's clocks; each test reports on one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.conftest import Figure
from tests.rehearsal.fleets import PLANS, rehearsal_of
from wizard.rehearsal.rehearse import Result, rehearse
from wizard.rehearsal.verdict import Ending, Judged

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived", "openssl", "nsenter"),
    pytest.mark.slow,
    pytest.mark.xdist_group("rehearsal-plans"),
]
EVENTS = {
    "fast": ("haproxy-lb1:haproxy", "haproxy-lb1:power"),
    "three": ("haproxy-lb1:power", "haproxy-lb1|*"),
    "stacked": ("k8s-master1:power",),
    "dual stack": ("haproxy-lb1:haproxy", "haproxy-lb1:link"),
    "IPv6": ("haproxy-lb1:power",),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Result]]]:
    def play(name: str) -> Result:
        what = rehearsal_of(PLANS[name], tmp_path_factory.mktemp("plan"), *EVENTS[name])
        return rehearse(what._replace(side_by_side=1))

    with ThreadPoolExecutor(3) as pool:
        yield {name: pool.submit(play, name) for name in EVENTS}


def events_of(result: Result) -> dict[str, Judged]:
    return {judged.turn.name: judged for judged in result.judged}


@pytest.mark.parametrize("name", EVENTS)
def test_the_predictions_hold(played: Mapping[str, Future[Result]], name: str, figure: Figure) -> None:
    result = played[name].result()
    assert result.passed, [(judged.turn.name, judged.why) for judged in result.judged if not judged.mark.good]
    assert len(result.judged) == len(EVENTS[name]) + 1
    assert all(judged.played.recovered for judged in result.judged)
    worst = max((judged.outage or 0.0 for judged in result.judged), default=0.0)
    figure(f"rehearsal, {name}: at most {worst:.2f} s without an owner")


def test_a_fast_takeover_takes_less_than_a_second(played: Mapping[str, Future[Result]]) -> None:
    for name, judged in events_of(played["fast"].result()).items():
        if judged.turn.acts:
            assert judged.outage is not None
            assert judged.predicted is not None
            assert 0 < judged.predicted.high < 1, name
            assert judged.outage < 1 + judged.lateness, name
            assert judged.failure.gap < 1 + judged.lateness, name


def test_both_families_move(played: Mapping[str, Future[Result]]) -> None:
    for judged in events_of(played["dual stack"].result()).values():
        if judged.turn.acts:
            assert [seen.forecast.vip for seen in judged.seen] == ["192.168.2.140", "fd00:2::140"]
            assert {seen.after for seen in judged.seen} == {("haproxy-lb2",)}


def test_where_a_load_balancer_is_an_api_server_both_are_lost(played: Mapping[str, Future[Result]]) -> None:
    lost = events_of(played["stacked"].result())["k8s-master1:power"]
    assert lost.seen[0].after == ("k8s-master2",)
    assert lost.mark is Ending.HELD
