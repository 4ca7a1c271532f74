"""Who owns each VIP after every failure, computed from the configurations of all nodes.

`model` has the words; in `vrrp`, `reading` makes them of facts, `protocol` is what one moment of the network looks
like, `settling` what comes of a change. `events` is what can happen, `contest` who is in it, `block` plays it through,
`reasons` says why, `rows` is what is shown, `table` puts it together. Rules ask `alone`, `ladder` and `unrest`.
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
]  # fmt: skip

__getattr__ = lazily(
    __name__,
    {
        "events": "SINGLE Event EventKind Events",
        "rows": "Block FailoverTable Row",
        "table": "failover_table",
        "verdicts": "Outcome Verdict",
    },
)
