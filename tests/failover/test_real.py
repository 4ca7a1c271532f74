"""The model beside the real keepalived, live: who owns each VIP after each event, and when.

Scenarios that take half a minute are left to `make test-deep`; each kind of event is in a shorter one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from tests import examples
from tests.conftest import Figure
from tests.failover.comparing import compared
from tests.failover.outcome import Outcome
from tests.failover.playing import play
from tests.failover.running import keepalived_version, records, run, start_all, stop_all
from tests.failover.scenarios.all import LIVE, SCENARIOS, SHORT
from wizard.rehearsal.lab.machine import SPACES
from wizard.rehearsal.lab.network import sweep

AT_ONCE = 20
PLAYED = LIVE if examples.ALL else SHORT

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("keepalived"),
    pytest.mark.deep,
    pytest.mark.slow,
    pytest.mark.xdist_group("failover"),
]


Played = dict[str, Future[list[Outcome]]]


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    """All scenarios, under way."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield dict(zip((each.name for each in PLAYED), start_all(pool, PLAYED, run), strict=True))
        stop_all(pool)
    sweep()


@pytest.mark.parametrize("name", [scenario.name for scenario in PLAYED])
def test_the_model_says_what_keepalived_does(played: Played, name: str, figure: Figure) -> None:
    seen = records(SCENARIOS[name], [played[name].result()], keepalived_version())
    told = [compared(record, predicted) for record, predicted in zip(seen, play(seen), strict=True)]
    figure(f"{name}: " + ", ".join(told))


def test_nothing_stays_behind(played: Played) -> None:
    wait(played.values())
    assert [place.name for place in SPACES.iterdir() if place.name.startswith(f"halb{os.getpid()}x")] == []
