"""All scenarios, by name."""

from __future__ import annotations

from tests.failover.scenario import Scenario
from tests.failover.scenarios_checks import CHECKS
from tests.failover.scenarios_many import MANY
from tests.failover.scenarios_more import MORE
from tests.failover.scenarios_pairs import PAIRS
from tests.failover.scenarios_three import THREE
from tests.failover.scenarios_timers import TIMED

_ALL = (*PAIRS, *MANY, *THREE, *TIMED, *CHECKS, *MORE)
SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
# The longest first, so that none is left running alone at the end.
LIVE = sorted((s for s in _ALL if s.live), key=lambda s: -sum(step.window for step in s.steps()))

assert len(SCENARIOS) == len(_ALL), "two scenarios have one name"
