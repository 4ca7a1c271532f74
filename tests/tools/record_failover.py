"""Plays failover scenarios with the real keepalived and writes what it saw below tests/failover/observed_at.

`python -m tests.tools.record_failover [NAME ...]` needs root; without a name it plays all scenarios. `--runs N` plays
each so many times (2), `--at-once N` so many at a time (8: more disturb each other's timers on a small machine).
`--release 2.3.3` plays them with that keepalived (`make releases` gets it) and not with the installed one.
Scenarios that are not named keep their records; those that do not exist any more lose them.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading

from tests.failover.observed import Record, by_scenario, file_of, load, save
from tests.failover.outcome import Outcome
from tests.failover.running import keepalived_version, records, run, run_all
from tests.failover.scenarios.all import SCENARIOS
from tests.failover.scenarios.base import Scenario
from tests.roots import SUITES, Root, root_of

RACES = 3  # times as many runs where equals race, to see more than one outcome


class _Recorder:
    """Collects the runs of each scenario, and says what is going on."""

    def __init__(self, runs: dict[str, int], root: Root | None) -> None:
        self._runs = runs
        self._root = root
        self._left = sum(runs.values())
        self._guard = threading.Lock()
        self._outcomes: dict[str, list[list[Outcome]]] = {}
        self._keepalived = root.release if root is not None else keepalived_version()
        self.path = file_of(self._keepalived)
        self.records = {name: found for name, found in by_scenario(load(self.path)).items() if name in SCENARIOS}

    def play(self, scenario: Scenario) -> None:
        """Play it once more; a scenario whose runs are complete is saved."""
        try:
            outcomes = run(scenario, self._root)
        except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            with self._guard:
                self._left -= 1
                print(f"{scenario.name}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            return
        with self._guard:
            self._left -= 1
            runs = self._outcomes.setdefault(scenario.name, [])
            runs.append(outcomes)
            if len(runs) == self._runs[scenario.name]:
                self.records[scenario.name] = records(scenario, runs, self._keepalived)
                save((record for found in self.records.values() for record in found), self.path)
                print(f"{self._left:4} left  {scenario.name}: {_told(self.records[scenario.name])}", flush=True)


def _told(found: list[Record]) -> str:
    parts = []
    for record in found:
        owners = "/".join("+".join(nodes) or "none" for nodes in record["owners_by_vip"].values())
        seconds = "" if record["observed_seconds"] is None else f" {record['observed_seconds']}s"
        marks = (" FLAPS" if record["flaps"] else "") + ("" if record["deterministic"] else " VARIES")
        parts.append(f"{record['event']} -> {owners}{seconds}{marks}")
    return "; ".join(parts)


def main() -> None:
    """Read the command line, play, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--release", choices=SUITES)
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in SCENARIOS]
    if unknown:
        parser.error(f"no scenario is called {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    wanted = [SCENARIOS[name] for name in given.names] or list(SCENARIOS.values())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything is removed then as well
    runs = {each.name: given.runs * (RACES if each.undetermined else 1) for each in wanted}
    recorder = _Recorder(runs, root_of(given.release) if given.release else None)
    try:
        run_all([each for each in wanted for _ in range(runs[each.name])], given.at_once, recorder.play)
    except KeyboardInterrupt:
        parser.exit(130, "stopped; what was complete is saved\n")
    print(f"{recorder.path}: {sum(len(found) for found in recorder.records.values())} records")


if __name__ == "__main__":
    main()
