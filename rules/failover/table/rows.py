"""The failover table's rows and blocks: what is said of each VIP after each event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.failover.model import AT_ONCE, Seconds
from rules.failover.table.events import Events, name_of
from rules.failover.table.verdicts import Outcome, Verdict
from rules.text.wording import clipped

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from rules.failover.table.causes import Cause

    IPAddress = IPv4Address | IPv6Address


class Row:
    """One event. `outcomes`: all possible outcomes, the worst first."""

    __slots__ = ("_cause", "_reason", "events", "outcomes")

    def __init__(
        self,
        events: Events,
        outcomes: tuple[Outcome, ...],
        reason: Callable[[Row], str],
        cause: Callable[[Row], Cause],
    ) -> None:
        self.events = events
        self.outcomes = outcomes
        self._reason = reason
        self._cause = cause

    @property
    def event(self) -> str:
        """`healthy`, `lb1:haproxy`, `lb1:haproxy+lb2:power`."""
        return name_of(self.events)

    @property
    def why(self) -> str:
        """One sentence on the worst outcome. Computed on demand: most rows are only counted."""
        return self._reason(self)

    @property
    def cause(self) -> Cause:
        """What is to blame for the worst outcome, if it is a fault."""
        return self._cause(self)

    @property
    def worst(self) -> Outcome:
        """The worst outcome."""
        return self.outcomes[0]

    @property
    def verdict(self) -> Verdict:
        """Its verdict."""
        return self.worst.verdict

    @property
    def outage(self) -> Seconds | None:
        """Seconds without an owner, over all outcomes; None if one of them lasts until something is repaired."""
        if any(outcome.outage is None for outcome in self.outcomes):
            return None
        found = AT_ONCE
        for index, outcome in enumerate(self.outcomes):
            if outcome.outage is not None:
                found = outcome.outage if not index else found.hull(outcome.outage)
        return found


class Block(NamedTuple):
    """The addresses that the same instances have, and what happens to them; none for a virtual router without any.

    `unknown`: why the outcome is not known; then there are no rows. `notes`: what was assumed.
    """

    vips: tuple[IPAddress, ...]
    instance: str
    nodes: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    unknown: str = ""
    notes: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """What moves, in words: `VIP 192.0.2.10`, or the virtual router if it has no address."""
        return f"VIP {self.vips[0]}" if self.vips else f"vrrp_instance '{clipped(self.instance)}'"


class FailoverTable(NamedTuple):
    """The blocks in the order of the files, and what is left out altogether."""

    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()

    def shown(self, shown: Callable[[str], str]) -> FailoverTable:
        """The table with `shown` (which hides secrets) applied to the words that quote from files."""
        blocks = tuple(block._replace(unknown=shown(block.unknown)) for block in self.blocks)
        return FailoverTable(blocks, tuple(map(shown, self.notes)))
