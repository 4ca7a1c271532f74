"""Which node owns each VIP after every failure, computed from the configurations of all nodes.

`model` has the types; in `vrrp`, `reading` builds them from facts, `protocol` is one moment of the network as VRRP sees
it, `settling` the outcomes of a change. `events` is what can happen, `contest` who takes part, `block` computes every
event, `reasons` says why, `rows` is what is shown, and `table` combines them. Rules use `alone`, `ladder` and `unrest`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.failover.events import SINGLE, Event, EventKind, Events
    from rules.failover.rows import Block, FailoverTable, Row
    from rules.failover.table import failover_table
    from rules.failover.verdicts import Outcome, Verdict

__all__ = [
    "SINGLE",
    "Block",
    "Event",
    "EventKind",
    "Events",
    "FailoverTable",
    "Outcome",
    "Row",
    "Verdict",
    "failover_table",
]

__getattr__ = lazily(
    __name__,
    {
        "events": "Event EventKind Events SINGLE",
        "rows": "Block FailoverTable Row",
        "table": "failover_table",
        "verdicts": "Outcome Verdict",
    },
)
