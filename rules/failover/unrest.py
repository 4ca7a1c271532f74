"""VIPs that never settle, or are lost, because adverts of other routers have the same virtual_router_id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.failover.model import Router
from rules.failover.vrrp.components import components, too_many
from rules.failover.vrrp.protocol import bits, rejection
from rules.failover.vrrp.reading import FleetReading, read_routers
from rules.failover.vrrp.silence import silence_of
from rules.failover.vrrp.variants import depends_on_release, with_behaviour
from rules.support.keepalived.releases import LATER

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from rules.failover.table.block import BlockTable
    from rules.failover.table.events import Event, Events
    from rules.fleet.fleet import Fleet

    IPAddress = IPv4Address | IPv6Address

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


class Loss(NamedTuple):
    """Adverts that are accepted (from keepalived 2.3.3 on), and the consequences.

    `owner` is master and does not have `vip`; the routers that have it hear `owner` and give way, `losing` among them.
    """

    vip: IPAddress
    owner: Router
    losing: Router


def losses(fleet: Fleet) -> Iterator[Loss]:
    """The first VIP without any owner in a healthy fleet, among all instances that affect each other, because those
    that have it accept the adverts of a master with other addresses.
    """
    reading = read_routers(fleet)
    if LATER not in reading.behaviours:
        return
    for world in dict.fromkeys(components(reading).values()):
        if any(key not in reading.routers for key in world) or too_many(reading, world):
            continue
        routers = [with_behaviour(reading.routers[key], LATER) for key in world]
        if depends_on_release(routers):
            found = _loss(routers)
            if found is not None:
                yield found


def _loss(routers: Sequence[Router]) -> Loss | None:
    from rules.failover.table.block import BlockTable

    vips = dict.fromkeys(vip for router in routers for vip in sorted(router.vips, key=str))
    for vip in vips:
        own = [router for router in routers if vip in router.vips]
        table = BlockTable(routers, own)
        for state in table.starts:
            if table.owners(state):
                continue
            for owner in (routers[r] for unit in bits(state.masters) for r in table.protocol.units[unit]):
                losing = next((r for r in own if not rejection(owner, r)), None)
                if losing is not None:
                    return Loss(vip, owner, losing)
    return None


def unrests(fleet: Fleet) -> Iterator[Unrest]:
    """The first unrest among all instances that affect each other: without any failure, else with one."""
    reading = read_routers(fleet)
    seen: set[object] = set()
    for key, world in components(reading).items():
        if world in seen or key not in reading.routers:
            continue
        seen.add(world)
        if any(other in reading.unknown for other in world) or too_many(reading, world):
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
    from rules.failover.table.block import BlockTable
    from rules.failover.table.events import SINGLE, Event

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
