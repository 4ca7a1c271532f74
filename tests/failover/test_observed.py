"""The model agrees with every observation of the real keepalived: ours, and those of the shared table."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from itertools import takewhile
from typing import Any, NamedTuple

import pytest

from tests.conftest import Figure
from tests.failover.observed import Record, by_scenario, file_of, load, releases
from tests.failover.playing import Predicted, play
from tests.shared import shared
from tests.tables import each

pytestmark = pytest.mark.slow

LATE = 0.05  # seconds that starting a process and reading the clock may add to a takeover
EARLY = 0.01  # the records are rounded
# Scenarios of the shared table that call a race of equals determined, because few runs had the same winner.
# The model has no word for these: what the kernel does to the other addresses of an interface is not in the files.
BEYOND = {"addr_del"}
BY_CHANCE = {
    "shared/weight_script_rise_from_fault_nopreempt_tie",
    "shared-2.3.3/two-clusters-one-vrid",
    "shared-2.3.4/two-clusters-one-vrid",
}
# One run in which a daemon of three came to life too late to be seen.
LOST = {"shared-2.3.3/peer-wrong-on-master-of-three/2"}


class _Case(NamedTuple):
    """A step of a scenario in one of the tables: our own by release, and the shared ones."""

    table: str
    name: str
    step: int

    def __str__(self) -> str:
        return f"{self.table}/{self.name}/{self.step}"


@functools.cache
def _tables() -> dict[str, dict[str, list[Record]]]:
    found = {release: by_scenario(load(file_of(release))) for release in releases()}
    try:
        folder = shared() / "data"
    except pytest.skip.Exception:
        return found
    path = folder / "failover-observed.json"
    if path.exists():
        found["shared"] = by_scenario(json.loads(path.read_text(encoding="utf-8")))
    for path in sorted(folder.glob("failover-observed-keepalived-*.json")):
        found[f"shared-{path.stem.rpartition('-')[2]}"] = by_scenario(load(path))
    return found


@functools.cache
def _predicted(table: str, name: str) -> Sequence[Predicted]:
    return play(_covered(_tables()[table][name]))


def _covered(records: Sequence[Record]) -> list[Record]:
    """A scenario's steps up to the first that the model has no word for."""
    return list(takewhile(lambda record: record["event_detail"]["do"] not in BEYOND, records))


def _cases() -> list[_Case]:
    return [
        _Case(table, name, record["step"])
        for table, scenarios in _tables().items()
        for name, records in scenarios.items()
        for record in _covered(records)
        if record["settled"] and f"{table}/{name}/{record['step']}" not in LOST
    ]


def _read(case: _Case) -> tuple[dict[str, Any], Predicted]:
    record = _tables()[case.table][case.name][case.step]
    return record, _predicted(case.table, case.name)[case.step]


@pytest.mark.parametrize("table", sorted(_tables()))
def test_owners_are_those_that_were_observed(table: str) -> None:
    each(((str(case), case) for case in _cases() if case.table == table), _owners_are_those_that_were_observed)


def _owners_are_those_that_were_observed(case: _Case) -> None:
    record, predicted = _read(case)
    sets = [_sorted(owners) for owners in predicted.owner_sets]
    seen = _sorted(record["owners_by_vip"])
    earlier = _tables()[case.table][case.name][: case.step]
    story = f"{', '.join([*record['prior_events'], record['event']])}: seen {seen}, predicted {sets}"
    assert seen in sets, story
    if record["flaps"]:
        assert predicted.flaps, f"{story}; it flaps"
    elif (
        any(len(each["possible_owner_sets"] or [None]) > 1 for each in earlier)
        or f"{case.table}/{case.name}" in BY_CHANCE
    ):
        pass  # other runs had another past; the model follows the one that the record shows
    elif record["deterministic"]:
        assert sets == [seen], story
    else:
        possible = [_sorted(owners) for owners in record["possible_owner_sets"]]
        assert all(owners in sets for owners in possible), f"{story}, in other runs {possible}"


def test_takeovers_are_in_time(figure: Figure) -> None:
    """95 of 100 takeovers lie between the two times that the model gives."""
    timed = inside = 0
    outside: list[str] = []
    cases = _cases()
    for case in cases:
        record, predicted = _read(case)
        observed = record["observed_seconds"]
        if predicted.seconds is None or observed is None or record["flaps"]:
            continue
        low, high = predicted.seconds
        timed += 1
        if low - EARLY <= observed <= high + LATE:
            inside += 1
        else:
            outside.append(f"{case} {record['event']}: {observed} not in {low:.2f}..{high:.2f}")
    settled = sum(r["settled"] for scenarios in _tables().values() for records in scenarios.values() for r in records)
    figure(f"failover: {len(cases)} of {settled} settled records; {timed} takeovers, {inside} of them in time")
    assert len(cases) >= 0.98 * settled, f"{settled - len(cases)} of {settled} records have events without a model"
    assert timed, "nothing was timed"
    assert inside >= 0.95 * timed, "\n".join(outside)


def _sorted(owners: dict[str, list[str]]) -> dict[str, list[str]]:
    return {vip: sorted(nodes) for vip, nodes in owners.items()}
