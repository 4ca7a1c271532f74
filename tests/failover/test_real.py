"""The model beside the real keepalived, live: who owns each VIP after each event, and when."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import Figure
from tests.daemons import require
from tests.failover.harness import sweep
from tests.failover.observed import Record
from tests.failover.playing import Predicted, play
from tests.failover.running import records, run, run_all
from tests.failover.scenarios import LIVE

# A machine that runs other tests beside this one is late now and then.
LATE, EARLY = 2.0, 0.5
AT_ONCE = 16

pytestmark = [pytest.mark.daemon, pytest.mark.slow, pytest.mark.xdist_group("failover")]


class _Played(NamedTuple):
    """All scenarios' records, and how long they took together, in seconds."""

    records: dict[str, list[Record]]
    took: float


@pytest.fixture(scope="module")
def played() -> Iterator[_Played]:
    for tool in ("keepalived", "ip", "unshare"):
        require(tool)
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("network namespaces need root, and CI must have it")
        pytest.skip("network namespaces need root")
    began = time.monotonic()
    runs = run_all(LIVE, AT_ONCE, run)
    took = time.monotonic() - began
    yield _Played({each.name: records(each, [done], "live") for each, done in zip(LIVE, runs, strict=True)}, took)
    sweep()


@pytest.mark.parametrize("name", [scenario.name for scenario in LIVE])
def test_the_model_says_what_keepalived_does(played: _Played, name: str, figure: Figure) -> None:
    seen = played.records[name]
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


def test_nothing_stays_behind(played: _Played, figure: Figure) -> None:
    spaces = Path("/run/netns")
    left = [place.name for place in spaces.iterdir() if place.name.startswith(f"hf{os.getpid()}x")]
    steps = sum(len(found) for found in played.records.values())
    figure(f"failover, live: {len(LIVE)} scenarios, {steps} events, {played.took:.0f} s")
    assert left == []
