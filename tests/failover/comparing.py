"""What was just seen beside what the model says."""

from __future__ import annotations

from tests.failover.observed import Record
from tests.failover.playing import Predicted

# A machine that runs other tests beside this one is late now and then.
_LATE, _EARLY = 2.0, 0.5


def compared(record: Record, predicted: Predicted) -> str:
    """The step in a few words; fails if the model says something else."""
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
        in_time = low - _EARLY <= observed <= high + _LATE
        assert in_time, f"{story}: {observed} s, predicted {low:.2f} to {high:.2f}"
    return f"{record['event']} {owners} {observed:.2f} ({low:.2f}..{high:.2f})"
