"""Whether the VIP follows haproxy: every set of failing checks, and the smallest change that makes it do so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.failover.alone import (
    blocked_by_nopreempt,
    haproxy_checks,
    ignored,
    never_lowered,
    priorities_of,
    router_alone,
)
from rules.failover.model import Check, InstanceKey, Router, Situation, Subject
from rules.failover.vrrp.components import around, components
from rules.failover.vrrp.protocol import is_fault
from rules.failover.vrrp.reading import FleetReading, read_routers
from rules.support.keepalived.weights import has_weights
from rules.text.wording import listed

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import VrrpGroup

    IPAddress = IPv4Address | IPv6Address

_HEAVIEST = 253  # keepalived.conf(5), "weight": from -253 to 253


class World(NamedTuple):
    """One VIP (None: a virtual router without any): its routers, and all routers that affect each other with them."""

    vip: IPAddress | None
    own: tuple[Router, ...]
    routers: tuple[Router, ...]


class Broken(NamedTuple):
    """A set of failing checks after which the VIP is not where it should be.

    `failing`: the nodes; `owner` holds the VIP although its check fails. `healthy`: the best of those that should.
    `more`: how many other sets end badly.
    """

    vip: IPAddress | None
    failing: tuple[str, ...]
    owner: Router
    healthy: Router
    more: int


class Ladder(NamedTuple):
    """A VIP with a broken ladder, and its fix: a sentence on what to type, and the routers `after` it (none if the
    sentence is about what no small change mends).
    """

    world: World
    broken: Broken
    fix: str
    after: tuple[Router, ...]


def broken_ladders(fleet: Fleet) -> Iterator[Ladder]:
    """The VIPs that can be on a node with a failing check while another node is healthy, each with a fix.

    At most one for each virtual router, the one with the fewest failing checks. Left out are those whose cause is in
    one file and reported by another rule: KA002, KA003, KA036, KA052, or no check at all.
    """
    weighted = {node.name for node in fleet.nodes if node.keepalived is not None and has_weights(node.keepalived)}
    reading: FleetReading | None = None
    worlds: dict[InstanceKey, tuple[InstanceKey, ...]] = {}
    for group in fleet.vrrp_groups:
        if not any(member.node.name in weighted for member in group):
            continue
        reading = reading or read_routers(fleet)
        vip, keys = _shared(reading, group)
        if not keys or _is_sound([reading.routers[key] for key in keys]):
            continue
        worlds = worlds or components(reading)
        world = _world(reading, vip, keys, around(worlds, keys))
        turned = world is not None and any(map(_is_kept_out, world.own))  # KA052
        found = first_broken(world) if world is not None and not turned else None
        if world is not None and found is not None:
            yield Ladder(world, found, *fix(world))


def _shared(reading: FleetReading, group: VrrpGroup) -> tuple[IPAddress | None, list[InstanceKey]]:
    """The first address that two instances of a virtual router have, and the instances that have it; all of them if
    none has any address.
    """
    members = {id(member.instance) for member in group}
    keys = [key for key, member in reading.members.items() if id(member.instance) in members]
    has = {key: reading.routers[key].vips | reading.routers[key].excluded for key in keys if key in reading.routers}
    for addresses in has.values():
        for vip in sorted(addresses, key=str):
            holders = [key for key in has if vip in has[key]]
            if len(holders) > 1:
                return vip, holders
    return None, list(has) if len(has) == len(keys) and not any(has.values()) else []


def _world(
    reading: FleetReading, vip: IPAddress | None, keys: Sequence[InstanceKey], world: Sequence[InstanceKey]
) -> World | None:
    """The virtual router as the model knows it, without the causes that another rule reports; None if too little is
    known.
    """
    if any(key in reading.unknown for key in world):
        return None
    changed = {key: _cleared(reading.routers[key]) for key in world}
    return World(vip, tuple(changed[key] for key in keys), tuple(changed.values()))


def _cleared(router: Router) -> Router:
    """A router without what is uncertain (tracked files, doubts about scripts), and without the nopreempt that KA003
    reports.
    """
    checks = tuple(c._replace(unknown="") for c in router.checks if not (c.kind == "file" and c.weight))
    alone = _alone(router)
    reported = alone is not None and any(blocked_by_nopreempt(alone))
    return router._replace(checks=checks, nopreempt=router.nopreempt and not reported)


def _alone(router: Router) -> Router | None:
    """The router as a rule on its own file sees it."""
    if router.member is None or router.member.node.keepalived is None:
        return None
    return router_alone(router.member.node.keepalived, router.member.instance)


def first_broken(world: World) -> Broken | None:
    """The smallest set of failing checks that ends badly, None if every set ends well."""
    if _is_sound(world.own):
        return None
    bad = list(_bad_ends(world))
    if not bad:
        return None
    return bad[0]._replace(more=len({broken.failing for broken in bad}) - 1)


def _is_sound(own: Sequence[Router]) -> bool:
    """Whether every healthy router is above every failing one, so that nothing has to be computed.

    In a sync group it depends on the other instances too.
    """
    if any(r.nopreempt or r.sync or check.reverse for r in own for check in r.checks):
        return False
    priorities = [priorities_of(router) for router in own]
    faults = [any(c.weight == 0 for c in haproxy_checks(router.checks)) for router in own]
    return all(
        faults[i] or priorities[i].failing < priorities[j].healthy
        for i in range(len(own))
        for j in range(len(own))
        if i != j
    )


def _bad_ends(world: World) -> Iterator[Broken]:
    """The sets of failing checks that end badly, the smallest first."""
    from rules.failover.table.block import BlockTable
    from rules.failover.table.events import EventKind
    from rules.failover.table.verdicts import Verdict

    table = BlockTable(world.routers, world.own)
    eligible = table.protocol.moment(Situation()).eligible
    standing = {node for unit, node in table.unit_nodes.items() if eligible >> unit & 1}
    by_node = {router.node: router for router in world.own}
    rows = [row for row in table.rows(pairs=False) if row.events]
    for row in sorted(rows, key=lambda row: len(row.events)):
        if any(event.kind is not EventKind.HAPROXY for event in row.events):
            continue
        failing = tuple(event.node for event in row.events)
        healthy = [r for r in world.own if r.node not in failing and not r.refused]
        best = max((r for r in healthy if r.node in standing), key=lambda r: priorities_of(r).healthy, default=None)
        for outcome in row.outcomes if best is not None else ():
            owner = by_node.get(outcome.owners[0]) if len(outcome.owners) == 1 else None
            if outcome.verdict is Verdict.FAILING_OWNER and owner is not None and _is_known(owner):
                assert best is not None
                yield Broken(world.vip, failing, owner, best, 0)
                break


def _is_known(owner: Router) -> bool:
    """Whether it is certain that the owner's checks should have moved the VIP, and no other rule reports why it does
    not.
    """
    checks = haproxy_checks(owner.checks)
    if not checks or any(check.assumed and check.reverse for check in checks):
        return False
    alone = _alone(owner)
    if alone is None or owner.member is None or owner.member.node.keepalived is None:
        return True
    return never_lowered(alone) is None and not any(ignored(owner.member.node.keepalived, owner.member.instance))


def _is_kept_out(router: Router) -> bool:
    """Whether a reversed check of haproxy puts a healthy router in FAULT."""
    return any(is_fault(check, False, 0) for check in haproxy_checks(router.checks) if check.kind != "file")


# -- the fix


class _Change(NamedTuple):
    """A change of some routers: what to type, on which nodes, and the routers then."""

    text: str
    own: tuple[Router, ...]


def fix(world: World) -> _Change:
    """What to type: the first of the small changes after which every set of failing checks ends well."""
    for change in _changes(world.own):
        after = {id(old): new for old, new in zip(world.own, change.own, strict=True)}
        routers = tuple(after.get(id(router), router) for router in world.routers)
        kept_out = any(map(_is_kept_out, change.own))
        if not kept_out and first_broken(World(world.vip, change.own, routers)) is None:
            return change
    text = "make every node track a check of haproxy with 'weight 0', with which a failing node releases the VIP"
    return _Change(text, ())


def _changes(own: Sequence[Router]) -> Iterator[_Change]:
    """Changes to try, the smallest first: larger weights, then no nopreempt, then weight 0, then no reverse."""
    spread = max(r.priority for r in own) - min(r.priority for r in own) + 1
    gentle = [_weights(own, spread, keep_sign=True), _weights(own, spread, keep_sign=False)]
    free = tuple(router._replace(nopreempt=False) for router in own)
    nodes = [router.node for router in own if router.nopreempt]
    yield from (change for change in gentle if change is not None)
    if nodes:
        remove = f"remove 'nopreempt' on {listed(dict.fromkeys(nodes))}"
        yield _Change(remove, free)
        for change in (_weights(free, spread, keep_sign=True), _weights(free, spread, keep_sign=False)):
            if change is not None:
                yield _Change(f"{remove}, and {change.text}", change.own)
    lowering = [r.node for r in own if any(check.weight for check in haproxy_checks(r.checks))]
    yield _Change(
        f"write 'weight 0' on {listed(lowering)} (then no node holds the VIP while the checks of all nodes fail)",
        tuple(_with(router, lambda check: check._replace(weight=0)) for router in own),
    )
    reversed_ = [r.node for r in own if any(check.reverse for check in haproxy_checks(r.checks))]
    if reversed_:
        yield _Change(
            f"remove 'reverse' on {listed(reversed_)}",
            tuple(_with(router, lambda check: check._replace(reverse=False)) for router in own),
        )


def _weights(own: Sequence[Router], spread: int, *, keep_sign: bool) -> _Change | None:
    """Every weight smaller than the difference between the priorities made larger; negative, unless the sign is
    kept.
    """
    if spread > _HEAVIEST or (not keep_sign and not any(c.weight > 0 for r in own for c in haproxy_checks(r.checks))):
        return None

    def heavier(check: Check) -> Check:
        if not check.weight or (abs(check.weight) >= spread and (keep_sign or check.weight < 0)):
            return check
        return check._replace(weight=spread if keep_sign and check.weight > 0 else -spread)

    after = tuple(_with(router, heavier) for router in own)
    places: dict[int, list[str]] = {}
    for old, new in zip(own, after, strict=True):
        for a, b in zip(old.checks, new.checks, strict=True):
            if a.weight != b.weight:
                places.setdefault(b.weight, []).append(old.node)
    if not places:
        return None
    parts = [f"'weight {weight}' on {listed(dict.fromkeys(nodes))}" for weight, nodes in places.items()]
    return _Change(f"write {' and '.join(parts)}", after)


def _with(router: Router, change: Callable[[Check], Check]) -> Router:
    """The router with its checks of haproxy changed."""
    checks = (change(c) if c.subject is Subject.HAPROXY and c.kind != "file" else c for c in router.checks)
    return router._replace(checks=tuple(checks))
