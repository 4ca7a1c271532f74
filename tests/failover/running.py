"""Runs scenarios with the real keepalived, several at a time, and makes records of them."""

from __future__ import annotations

import re
import statistics
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tests.daemons import program
from tests.failover.harness import Lab
from tests.failover.observed import Record
from tests.failover.outcome import Outcome, outcome
from tests.failover.scenarios.acts import perform
from tests.failover.scenarios.base import CALM, Scenario
from tests.failover.scenarios.confs import address
from tests.roots import Root
from wizard.rehearsal.lab.network import sweep

LONGER = 10.0  # seconds beyond its window that a step may go on when things still move
T = TypeVar("T")

_labs: set[Lab] = set()
_guard = threading.Lock()


def run(scenario: Scenario, root: Root | None = None) -> list[Outcome]:
    """Play a scenario once, with the keepalived in `root` or the installed one; an outcome for each of its steps."""
    lab = Lab(scenario.nodes, scenario.vips, root)
    with _guard:
        _labs.add(lab)
    try:
        with lab:
            return list(_play(scenario, lab))
    finally:
        with _guard:
            _labs.discard(lab)


def _play(scenario: Scenario, lab: Lab) -> Iterator[Outcome]:
    watch = lab.watch
    assert watch is not None
    for step in scenario.steps():
        before, seen = watch.owners(), len(watch.changes)
        began = perform(lab, step.what)
        end = began + step.window
        if step.settled:
            watch.wait(end, CALM, end if scenario.window else end + LONGER)
        else:
            watch.wait(end, 0, end)
        changes = watch.changes[seen:]
        yield outcome(before, changes, began, max(end, changes[-1].at if changes else end))


def start_all(
    pool: ThreadPoolExecutor, scenarios: Sequence[Scenario], play: Callable[[Scenario], T]
) -> list[Future[T]]:
    """Play scenarios with `play`, as many at a time as the pool has threads."""
    sweep()
    return [pool.submit(play, scenario) for scenario in scenarios]


def stop_all(pool: ThreadPoolExecutor) -> None:
    """End what is being played, and play no more."""
    pool.shutdown(wait=False, cancel_futures=True)
    with _guard:
        for lab in _labs:
            lab.halt()


def run_all(scenarios: Sequence[Scenario], at_once: int, play: Callable[[Scenario], T]) -> list[T]:
    """Play scenarios with `play`, so many at a time; its results in order. Nothing stays behind, whatever ends it."""
    with ThreadPoolExecutor(at_once) as pool:
        futures = start_all(pool, scenarios, play)
        try:
            return [future.result() for future in futures]
        except BaseException:
            stop_all(pool)
            raise


def addresses_of(node: int, scenario: Scenario) -> str | list[str]:
    """The address of a node's eth0, or all of its addresses where a scenario needs more than that."""
    text = "\n".join(scenario.nodes.values())
    second = [f"192.168.78.{10 + node}"] if "eth1" in text else []
    # The last one is link-local, and belongs to the MAC address that the harness gives.
    sixth = [address(node, v6=True), f"fe80::ff:fe00:{10 + node:x}"] if "fd77:" in text else []
    return [address(node), *second, *sixth] if second or sixth else address(node)


def records(scenario: Scenario, runs: Sequence[list[Outcome]], keepalived: str) -> list[Record]:
    """A record for each step of a scenario, from one run of it or more. Runs that differ make it not deterministic."""
    found: list[Record] = []
    addresses = {name: addresses_of(int(name.removeprefix("lb")), scenario) for name in scenario.nodes}
    for number, step in enumerate(scenario.steps()):
        outcomes = [run[number] for run in runs]
        first = outcomes[0]
        sets = [each.owners for n, each in enumerate(outcomes) if each.owners not in [o.owners for o in outcomes[:n]]]
        determined = len(sets) == 1 and number not in scenario.undetermined
        found.append(
            {
                "name": scenario.name,
                "step": number,
                "nodes": scenario.nodes,
                "addresses": addresses,
                "vips": scenario.vips,
                "prior_events": [before.event for before in scenario.steps()[:number]],
                "event": step.event,
                "event_detail": step.what.detail(),
                "expected_owners": first.owners[scenario.vips[0]],
                "owners_by_vip": first.owners,
                "observed_seconds": _median([each.seconds for each in outcomes if each.owners == first.owners]),
                "last_change_seconds": _median([each.last_change for each in outcomes]),
                "owners_before": first.before,
                "runs": len(outcomes),
                "deterministic": determined,
                "possible_owner_sets": None if determined else sets,
                "transitions": first.transitions,
                "flaps": any(each.flaps for each in outcomes),
                "settled": step.settled,
                "note": scenario.note,
                "keepalived": keepalived,
            }
        )
    return found


def keepalived_version() -> str:
    """The release of the installed keepalived."""
    done = subprocess.run([program("keepalived"), "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"v(\d[\d.]*)", done.stderr + done.stdout)
    assert found is not None
    return found[1]


def _median(times: Sequence[float | None]) -> float | None:
    known = [time for time in times if time is not None]
    return round(statistics.median(known), 2) if known else None
