"""VIPs that never settle: which adverts are rejected, which master they silence, and which backup then takes over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.failover.model import Router
from rules.failover.vrrp.components import components
from rules.failover.vrrp.protocol import rejection
from rules.failover.vrrp.reading import FleetReading, read_routers
from rules.failover.vrrp.silence import silence_of

if TYPE_CHECKING:
    from rules.failover.block import BlockTable
    from rules.failover.events import Event, Events
    from rules.fleet.fleet import Fleet

_HARMLESS = ("", "unheard", "vrid")
"""What `rejection` returns for adverts that are accepted, or that don't concern the receiver."""


class Unrest(NamedTuple):
    """Adverts that are rejected, and the consequences.

    `silenced` is master and falls silent because the adverts of `loud`, which it rejects because of `reason` (a word of
    `rules.failover.vrrp.protocol.rejection`), restart its timer; `backup` then takes over for a moment. `event`: what
    has to fail first, None if it happens from the start.
    """

    silenced: Router
    loud: Router
    backup: Router
    reason: str
    event: Event | None


def unrests(fleet: Fleet) -> Iterator[Unrest]:
    """The first unrest among all instances that affect each other: without any failure, else with one."""
    reading = read_routers(fleet)
    seen: set[object] = set()
    for key, world in components(reading).items():
        if world in seen or key not in reading.routers:
            continue
        seen.add(world)
        if any(other in reading.unknown for other in world):
            continue
        routers = [reading.routers[other] for other in world]
        if _may_flap(routers):
            found = _first(reading, routers)
            if found is not None:
                yield found


def _may_flap(routers: Sequence[Router]) -> bool:
    """Whether there are three nodes, and adverts that one of them rejects."""
    if len({router.node for router in routers}) < 3:
        return False
    return any(rejection(a, b) not in _HARMLESS for a in routers for b in routers if a is not b)


def _first(reading: FleetReading, routers: Sequence[Router]) -> Unrest | None:
    from rules.failover.block import BlockTable
    from rules.failover.events import SINGLE, Event

    table = BlockTable(routers, routers)
    nodes = dict.fromkeys(router.node for router in routers)
    events: list[Event | None] = [None, *(Event(kind, (node,)) for node in nodes for kind in SINGLE)]
    return next((found for event in events if (found := _after(table, event)) is not None), None)


def _after(table: BlockTable, event: Event | None) -> Unrest | None:
    """The unrest after one failure."""
    events: Events = () if event is None else (event,)
    moment = table.protocol.moment(table.change(events).after)
    routers = table.protocol.routers
    for masters in _flapping(table, events):
        found = silence_of(table.protocol, moment, masters)
        if found is not None:
            x, y, b = found
            return Unrest(routers[x], routers[y], routers[b], table.protocol.rejections[x][y], event)
    return None


def _flapping(table: BlockTable, events: Events) -> Iterator[int]:
    """The masters of each end that never settles."""
    from rules.failover.vrrp.settling import settle

    if not events:
        yield from (end.state.masters for end in table.starts.values() if end.flaps)
        return
    change = table.change(events)
    for start in table.starts:
        yield from (end.state.masters for end in settle(table.protocol, start, change) if end.flaps)
