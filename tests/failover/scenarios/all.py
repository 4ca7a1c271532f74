"""All scenarios, by name."""

from __future__ import annotations

from tests.failover.scenarios.base import Scenario
from tests.failover.scenarios.checks import CHECKS
from tests.failover.scenarios.many import MANY
from tests.failover.scenarios.more import MORE
from tests.failover.scenarios.pairs import PAIRS
from tests.failover.scenarios.three import THREE
from tests.failover.scenarios.timers import TIMED

_ALL = (*PAIRS, *MANY, *THREE, *TIMED, *CHECKS, *MORE)
SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}
# The longest first, so that none is left running alone at the end.
LIVE = sorted((s for s in _ALL if s.live), key=lambda s: -s.seconds)
SHORT = [scenario for scenario in LIVE if scenario.seconds < 27]

assert len(SCENARIOS) == len(_ALL), "two scenarios have one name"
