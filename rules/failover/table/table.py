"""The failover table: for every VIP and every failure, which node owns it afterwards and how long no node did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.failover.model import InstanceKey, Router
from rules.failover.table.events import MOST_NODES_FOR_EVERY_CUT
from rules.failover.table.releases import ByRelease
from rules.failover.table.rows import Block, FailoverTable
from rules.failover.vrrp.components import MOST_INSTANCES, MOST_NODES, MOST_UNITS, around, components, too_many
from rules.failover.vrrp.reading import FleetReading, read_routers

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from rules.fleet.fleet import Fleet

    IPAddress = IPv4Address | IPv6Address

_NO_FILE = "there is no keepalived.conf among the files, so there is no VIP to fail over"
_NO_VIP = "no keepalived.conf among the files has a virtual address, so there is nothing to fail over"


@lru_cache(maxsize=2)  # a rule looks at it, and then the user
def failover_table(fleet: Fleet, *, pairs: bool = True) -> FailoverTable:
    """The table of a fleet. What the files leave open is reported as unknown, with the reason; nothing is guessed.

    Without `pairs` it has single failures, and failing checks on several nodes.
    """
    reading = read_routers(fleet)
    if not any(node.keepalived for node in fleet.nodes):
        return FailoverTable((), (_NO_FILE,))
    blocks, notes = tuple(_blocks(fleet, reading, pairs=pairs)), tuple(_notes(reading))
    return FailoverTable(blocks, notes if blocks else (_NO_VIP, *notes))


def _notes(reading: FleetReading) -> Iterator[str]:
    for node in reading.without:
        yield f"{node} has no keepalived.conf among the files and is left out"
    for node, refusal in reading.refused.items():
        yield f"keepalived on {node} refuses its file and exits ({refusal.reason}): {node} takes no part"
    for node in reading.inferred:
        yield f"{node} has no unicast_src_ip: assumed to be the address that its peers list"


def _blocks(fleet: Fleet, reading: FleetReading, *, pairs: bool) -> Iterator[Block]:
    holders: dict[IPAddress, list[InstanceKey]] = {}
    for key, member in reading.members.items():
        for vip in (*member.instance.usable_vips, *member.instance.excluded_vips):
            if vip.address is not None and vip.lost is None:
                keys = holders.setdefault(vip.address, [])
                if key not in keys:
                    keys.append(key)
    by_keys: dict[tuple[InstanceKey, ...], list[IPAddress]] = {}
    for address, keys in holders.items():
        by_keys.setdefault(tuple(keys), []).append(address)
    for whole in _without_address(fleet, reading):
        by_keys.setdefault(whole, [])
    worlds = components(reading)
    for held_by, addresses in by_keys.items():
        world = around(worlds, held_by)
        nodes = tuple(dict.fromkeys(node for node, _ in held_by))
        name = reading.members[held_by[0]].instance.name.raw
        block = Block(tuple(addresses), name, nodes)
        reasons = [reading.unknown[key] for key in world if key in reading.unknown] or _too_many(reading, world)
        if reasons:
            yield block._replace(unknown=reasons[0])
            continue
        routers = [reading.routers[key] for key in world]
        own = [reading.routers[key] for key in held_by]
        table = ByRelease(routers, own, reading.behaviours)
        notes = (*_assumptions(own, nodes), *table.notes())
        yield block._replace(rows=tuple(table.rows(pairs=pairs)), notes=notes)


def _too_many(reading: FleetReading, world: Sequence[InstanceKey]) -> list[str]:
    """Why a table of so many instances is not computed, if it isn't."""
    if not too_many(reading, world):
        return []
    return [
        f"{len(world)} instances affect each other; halb computes the failures of no more than {MOST_UNITS} (a sync "
        f"group counts as one; {MOST_NODES} if each is on a node of its own), of {MOST_INSTANCES} in all"
    ]


def _without_address(fleet: Fleet, reading: FleetReading) -> Iterator[tuple[InstanceKey, ...]]:
    """The virtual routers of two nodes or more in which no instance has an address: scripts may move something else."""
    key_of = {id(member.instance): key for key, member in reading.members.items()}
    for group in fleet.vrrp_groups:
        keys = tuple(key_of[id(member.instance)] for member in group)
        empty = not any(vip for m in group for vip in (*m.instance.vips, *m.instance.excluded_vips))
        if empty and any(key in reading.unknown or not reading.routers[key].refused for key in keys):
            yield keys


def _assumptions(own: Sequence[Router], nodes: Sequence[str]) -> Iterator[str]:
    if len(nodes) == 1:
        yield f"only {nodes[0]} has this address among the files"
    assumed: dict[str, list[str]] = {}
    for router in own:
        for check in router.checks:
            if check.assumed and not check.unknown:
                assumed.setdefault(f"{check.kind} '{check.key.name}'", []).append(router.node)
    for name, places in assumed.items():
        where = ", ".join(dict.fromkeys(places))
        yield f"the file does not show what {name} tests ({where}): assumed to check haproxy"
    if len(nodes) > MOST_NODES_FOR_EVERY_CUT:
        yield (
            f"with {len(nodes)} nodes, only partitions that cut off one node are computed, and failing checks only on "
            "one and two nodes at a time"
        )
