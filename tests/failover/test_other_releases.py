"""The model beside another release of the real keepalived, in a root of its own (`make releases`).

A handful of scenarios with the release that CI has, among them those that end differently from one release on; with
HALB_RELEASES=all, all live scenarios with every release.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import pytest

from tests.conftest import Figure
from tests.failover.comparing import compared
from tests.failover.outcome import Outcome
from tests.failover.playing import play
from tests.failover.running import records, run, start_all, stop_all
from tests.failover.scenarios.all import LIVE, SCENARIOS
from tests.roots import IN_CI, SUITES, root_of
from wizard.rehearsal.lab.network import sweep

AT_ONCE = 16
HANDFUL = (
    *("source-of-another", "source-of-another-on-master", "source-copied", "sources-swapped"),
    *("vip-more-on-second", "vip-other-on-second", "two-clusters-no-adverts-below"),
    *("power", "crash-all", "hang", "process-fault", "password-differs", "version-differs", "excluded-differs"),
)
_ALL = os.environ.get("HALB_RELEASES") == "all"
NAMES = list(dict.fromkeys((*HANDFUL, *(each.name for each in LIVE)))) if _ALL else HANDFUL
RELEASES = [pytest.param(each, marks=pytest.mark.release(each)) for each in (SUITES if _ALL else [IN_CI])]

pytestmark = [pytest.mark.root, pytest.mark.slow, pytest.mark.xdist_group("failover")]


class Played(NamedTuple):
    """The scenarios with one release, under way."""

    release: str
    under_way: dict[str, Future[list[Outcome]]]


@pytest.fixture(scope="module", params=RELEASES)
def played(request: pytest.FixtureRequest) -> Iterator[Played]:
    """All scenarios, with each release that is there."""
    root = root_of(request.param)
    scenarios = [SCENARIOS[name] for name in NAMES]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = start_all(pool, scenarios, lambda scenario: run(scenario, root))
        yield Played(root.release, dict(zip((each.name for each in scenarios), runs, strict=True)))
        stop_all(pool)
    sweep()


@pytest.mark.parametrize("name", NAMES)
def test_the_model_says_what_that_keepalived_does(played: Played, name: str, figure: Figure) -> None:
    seen = records(SCENARIOS[name], [played.under_way[name].result()], played.release)
    told = [compared(record, predicted) for record, predicted in zip(seen, play(seen), strict=True)]
    figure(f"{played.release} {name}: {', '.join(told)}")
