"""Which instances affect each other: only those are computed together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rules.fleet.joined import Joined

if TYPE_CHECKING:
    from rules.failover.model import InstanceKey
    from rules.failover.vrrp.reading import FleetReading

MOST_NODES, MOST_UNITS, MOST_INSTANCES = 24, 12, 256
"""How many may affect each other for their failures to be computed: nodes with one instance each; instances where a
node has several (a sync group counts as one); and all in all.
"""


def too_many(reading: FleetReading, world: Sequence[InstanceKey]) -> bool:
    """Whether these affect each other in too many orders: the time that this takes grows with the orders."""
    routers = reading.routers
    units = {(key[0], (key in routers and routers[key].sync) or key) for key in world}
    alone = len({node for node, _ in units}) == len(units)
    return len(units) > (MOST_NODES if alone else MOST_UNITS) or len(world) > MOST_INSTANCES


def components(reading: FleetReading) -> dict[InstanceKey, tuple[InstanceKey, ...]]:
    """Instance -> all instances that affect each other with it, itself included, in the order of the files.

    Two instances affect each other if they share an address, are in one sync group on a node, or may hear each other:
    the same VRID on the same segment.
    """
    joined = Joined(reading.members)
    for key in reading.members:
        for mark in _marks(reading, key):
            joined.mark(key, mark)
    place = {key: index for index, key in enumerate(reading.members)}
    sets = {id(whole): tuple(sorted(whole, key=place.__getitem__)) for whole in joined.sets()}
    return {key: sets[id(joined.set_of(key))] for key in reading.members}


def around(
    worlds: Mapping[InstanceKey, tuple[InstanceKey, ...]], keys: Iterable[InstanceKey]
) -> tuple[InstanceKey, ...]:
    """All instances that affect any of these.

    Those that hold one address affect each other anyway. Instances without an address can be one virtual router by
    their names, and have VRIDs that keep them from hearing each other.
    """
    wholes = {id(whole): whole for key in keys for whole in (worlds[key],)}  # many keys may have the same one
    return tuple(dict.fromkeys(other for whole in wholes.values() for other in whole))


def _marks(reading: FleetReading, key: InstanceKey) -> Iterator[Hashable]:
    member = reading.members[key]
    for vip in (*member.instance.usable_vips, *member.instance.excluded_vips):
        yield "address", vip.address
    router = reading.routers.get(key)
    if router is not None:
        if router.sync:
            yield "sync", router.node, router.sync
        yield "vrid", router.segment, router.vrid, router.family
