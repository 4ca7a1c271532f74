"""Which node owns each VIP after every failure, computed from the configurations of all nodes.

`model` has the types; in `vrrp`, `reading` builds them from facts, `protocol` is one moment of the network as VRRP sees
it, `settling` the outcomes of a change. In `table`, `events` is what can happen, `contest` who takes part, `block`
computes every event, `reasons` says why, `causes` what is to blame, `rows` is what is shown, and `table` combines them.
Rules use `alone`, `ladder`, `unrest` and `watching`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.failover.model import Router, Seconds
    from rules.failover.table.events import SINGLE, Event, EventKind, Events
    from rules.failover.table.rows import Block, FailoverTable, Row
    from rules.failover.table.table import failover_table
    from rules.failover.table.verdicts import Outcome, Verdict
    from rules.failover.vrrp.reading import read_routers

__all__ = [
    "SINGLE",
    "Block",
    "Event",
    "EventKind",
    "Events",
    "FailoverTable",
    "Outcome",
    "Router",
    "Row",
    "Seconds",
    "Verdict",
    "failover_table",
    "read_routers",
]

__getattr__ = lazily(
    __name__,
    {
        "model": "Router Seconds",
        "table.events": "Event EventKind Events SINGLE",
        "table.rows": "Block FailoverTable Row",
        "table.table": "failover_table",
        "table.verdicts": "Outcome Verdict",
        "vrrp.reading": "read_routers",
    },
)
