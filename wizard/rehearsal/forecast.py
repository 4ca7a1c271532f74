"""What the failover model says of an event, for the state in which it finds the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rules.failover import Block, EventKind, Events, FailoverTable, Outcome, Row, Seconds, Verdict
from wizard.rehearsal.events import Turn
from wizard.rehearsal.record import Holders

_NONE = Seconds(0.0, 0.0)


class Forecast(NamedTuple):
    """What is to be expected of one VIP: who may have it afterwards, and how many seconds nobody has it that can serve
    (None: until something is repaired). `within`: seconds until everybody has what it keeps; `verdict` and `why` are
    the failover table's.
    """

    vip: str
    after: tuple[tuple[str, ...], ...]
    outage: Seconds | None
    within: float
    verdict: Verdict
    why: str


class Forecasts:
    """The forecasts for a fleet."""

    def __init__(self, table: FailoverTable, vips: Sequence[str]) -> None:
        self._blocks: dict[str, Block] = {}
        self._rows: dict[str, Mapping[frozenset[object], Row]] = {}
        for block in table.blocks:
            for vip in map(str, block.vips):
                if vip in vips:
                    self._blocks[vip] = block
                    self._rows[vip] = {_key(row.events): row for row in block.rows}
        self.vips = [vip for vip in vips if vip in self._blocks]

    def healthy(self, vip: str) -> Forecast:
        """What a VIP is to be like when nothing has failed."""
        row = self._rows[vip][frozenset()]
        return Forecast(vip, _holders(row.outcomes), _NONE, 0.0, row.verdict, row.why)

    def of(self, turn: Turn, before: Holders) -> list[Forecast]:
        """The forecast for each VIP."""
        return [self._of(turn, vip, before[vip]) for vip in self.vips]

    def _of(self, turn: Turn, vip: str, before: tuple[str, ...]) -> Forecast:
        row = self._rows[vip].get(_key(turn.events)) if turn.events else None
        if row is None:  # what the table does not speak of moves nothing
            healthy = self.healthy(vip)
            return Forecast(vip, (before,), _NONE, 0.0, Verdict.STAYS, "") if turn.acts else healthy
        likely = [outcome for outcome in row.outcomes if outcome.before == before] or list(row.outcomes)
        if len(likely) == len(row.outcomes):
            verdict, why, outage = row.verdict, row.why, row.outage
        else:
            # `outcomes` has the worst first, and so does a part of it.
            verdict, why, outage = likely[0].verdict, row.why if likely[0] == row.worst else "", _hull(likely)
        within = outage.high if outage is not None else 0.0
        return Forecast(vip, _holders(likely), self._for_clients(turn, before, outage), within, verdict, why)

    def _for_clients(self, turn: Turn, before: tuple[str, ...], outage: Seconds | None) -> Seconds | None:
        """In a cut network the table speaks of both sides; the clients are on one of them."""
        cut = any(event.kind is EventKind.PARTITION for event in turn.events)
        if cut and len(turn.acts) == 1 and not set(before) & turn.struck:
            return _NONE
        return outage


def _hull(outcomes: Sequence[Outcome]) -> Seconds | None:
    found = None
    for outcome in outcomes:
        if outcome.outage is None:
            return None
        found = outcome.outage if found is None else found.hull(outcome.outage)
    return found


def _holders(outcomes: Sequence[Outcome]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(tuple(sorted(outcome.holders)) for outcome in outcomes))


def _key(events: Events) -> frozenset[object]:
    """Some events, whichever comes first, and whichever side of a cut does."""
    return frozenset((event.kind, frozenset((frozenset(event.nodes), frozenset(event.others)))) for event in events)
