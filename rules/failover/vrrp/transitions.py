"""The words for a change: who has the addresses, what happens, and how that can end."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.records import NamedTuple
from rules.failover.model import Seconds, Situation


class VrrpState(NamedTuple):
    """Which units hold the addresses: the masters, and those whose daemon was killed while it was master."""

    masters: int = 0
    stale: int = 0


class Transition(NamedTuple):
    """From one situation to another.

    `polite`: nodes whose keepalived was stopped and announced it; `killed`: nodes whose keepalived died and left its
    addresses behind; `gone`: nodes that took their addresses with them.
    """

    before: Situation
    after: Situation
    polite: frozenset[str] = frozenset()
    killed: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    @property
    def left(self) -> frozenset[str]:
        """The nodes whose keepalived has exited, in whatever way."""
        return self.polite | self.killed | self.gone


class End(NamedTuple):
    """One possible outcome of a change.

    `gained`: by unit, when it became master (of the units that are master now and were not before). `flaps`: it never
    settles, the masters keep changing.
    """

    state: VrrpState
    gained: Mapping[int, Seconds]
    flaps: bool = False
