"""The model beside the real keepalived, live: who owns each VIP after each event, and when."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from tests.conftest import Figure
from tests.failover.observed import Record
from tests.failover.outcome import Outcome
from tests.failover.playing import Predicted, play
from tests.failover.running import records, run, start_all, stop_all
from tests.failover.scenarios.all import LIVE, SCENARIOS
from tests.net.machine import SPACES
from tests.net.network import sweep

# A machine that runs other tests beside this one is late now and then.
LATE, EARLY = 2.0, 0.5
AT_ONCE = 16

pytestmark = [pytest.mark.root, pytest.mark.daemon("keepalived"), pytest.mark.slow, pytest.mark.xdist_group("failover")]


Played = dict[str, Future[list[Outcome]]]


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """All scenarios, under way."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield dict(zip((each.name for each in LIVE), start_all(pool, LIVE, run), strict=True))
        stop_all(pool)
    sweep()


@pytest.mark.parametrize("name", [scenario.name for scenario in LIVE])
def test_the_model_says_what_keepalived_does(played: Played, name: str, figure: Figure) -> None:
    seen = records(SCENARIOS[name], [played[name].result()], "live")
    told = [_compared(record, predicted) for record, predicted in zip(seen, play(seen), strict=True)]
    figure(f"{name}: " + ", ".join(told))


def _compared(record: Record, predicted: Predicted) -> str:
    story = ", ".join([*record["prior_events"], record["event"]])
    if record["settled"] and not record["flaps"]:
        sets = predicted.owner_sets
        assert record["owners_by_vip"] in sets, f"{story}: {record['owners_by_vip']}, predicted {sets}"
    observed = record["observed_seconds"]
    owners = "/".join("+".join(nodes) or "nobody" for nodes in record["owners_by_vip"].values())
    if observed is None or predicted.seconds is None:
        return f"{record['event']} {owners}"
    low, high = predicted.seconds
    if not record["flaps"]:
        assert low - EARLY <= observed <= high + LATE, f"{story}: {observed} s, predicted {low:.2f} to {high:.2f}"
    return f"{record['event']} {owners} {observed:.2f} ({low:.2f}..{high:.2f})"


def test_nothing_stays_behind(played: Played) -> None:
    wait(played.values())
    assert [place.name for place in SPACES.iterdir() if place.name.startswith(f"halb{os.getpid()}x")] == []
