"""One moment as VRRP sees it: which routers may be master, with which priority, and which hear which.

Measured in network namespaces with keepalived 2.2.7, 2.3.3 and 2.3.4, unless a line names another source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from parsers.records import NamedTuple
from rules.failover.model import Check, Router, Situation, Subject

LOWEST, HIGHEST, OWNER = 1, 254, 255
_FILE_FAULT, _FILE_HIGHEST = -254, 253


class Moment(NamedTuple):
    """A situation as the protocol sees it; routers and units are numbered, sets of them are bit masks.

    `eligible`: the units that may be master. `priority`: by router. `heard_by`: by router, the routers whose adverts it
    receives and accepts. `silenced_by`: by router, those whose adverts reach it with its VRID and are rejected. By
    unit, the units that, as masters, `holds` it back from taking over, that `beats` it if both are master, and that
    `draws` with it: which of the two gives way is not known.
    """

    eligible: int
    priority: tuple[int, ...]
    heard_by: tuple[int, ...]
    silenced_by: tuple[int, ...]
    holds: tuple[int, ...]
    beats: tuple[int, ...]
    draws: tuple[int, ...]


def contribution(check: Check, bad: bool, number: int) -> int:
    """What a weighted check adds to the priority."""
    sign = -1 if check.reverse else 1
    if check.kind == "file":
        return min(number * check.weight * sign, _FILE_HIGHEST)
    if check.weight > 0:
        return 0 if bad else sign * check.weight
    return sign * check.weight if bad else 0


def is_fault(check: Check, bad: bool, number: int) -> bool:
    """Whether a check, in its present state, keeps its router in FAULT."""
    if check.kind == "file":
        if check.weight:
            return number * check.weight * (-1 if check.reverse else 1) <= _FILE_FAULT
        return (number != 0) is not check.reverse
    return check.weight == 0 and bad is not check.reverse


def effective_priority(router: Router, bad: Sequence[bool], numbers: Sequence[int]) -> int:
    """The priority in adverts: the base with all weights, from 1 to 254; 255 is never changed."""
    if router.owner:
        return router.priority
    total = router.priority + sum(
        contribution(check, is_bad, number)
        for check, is_bad, number in zip(router.checks, bad, numbers, strict=True)
        if check.weight
    )
    return max(LOWEST, min(HIGHEST, total))


def rejection(sender: Router, receiver: Router) -> str:
    """Why the receiver does not accept the sender's adverts, "" if it does.

    "unheard": none reaches it; "vrid": they are for another virtual router; then the tests in the order in which
    keepalived makes them: "version", "source", "authentication", "advert_int", "addresses".
    """
    if not _is_delivered(sender, receiver):
        return "unheard"
    if (sender.vrid, sender.family) != (receiver.vrid, receiver.family):
        return "vrid"
    if sender.version != receiver.version:
        return "version"
    if receiver.unicast and receiver.checks_source and sender.source not in receiver.peers:
        return "source"
    if receiver.version == 2:
        if sender.authentication != receiver.authentication:
            return "authentication"
        if sender.advert != receiver.advert:
            return "advert_int"
    if receiver.behaviour.compares_addresses and (
        len(sender.vips) != len(receiver.vips) or not receiver.vips <= sender.vips
    ):
        return "addresses"
    return ""


def _is_delivered(sender: Router, receiver: Router) -> bool:
    """Whether the network delivers adverts of one to the other if nothing is broken.

    The receiver's own list of peers does not matter.
    """
    if sender.node == receiver.node or sender.unicast is not receiver.unicast or sender.segment != receiver.segment:
        return False
    if sender.unicast:
        # Packets for an address that the machine does not have never get there.
        return not receiver.homeless and receiver.source is not None and receiver.source in sender.peers
    return sender.multicast_group == receiver.multicast_group


class Protocol:
    """The routers of a fleet that affect each other, and what they do in any situation.

    A unit is what becomes master as one: a single router, or the members of a sync group on one node.
    """

    def __init__(self, routers: Sequence[Router]) -> None:
        self.routers = tuple(routers)
        self.units = _units(self.routers)
        self.unit_of = {r: index for index, unit in enumerate(self.units) for r in unit}
        self.nodes = tuple(dict.fromkeys(router.node for router in self.routers))
        self.rejections = [[rejection(a, b) for a in self.routers] for b in self.routers]
        self._accepted = [_mask(not why for why in row) for row in self.rejections]
        self._refused = [_mask(why not in ("", "unheard", "vrid") for why in row) for row in self.rejections]
        self._moments: dict[Situation, Moment] = {}
        self._checks = [frozenset(check.key for check in r.checks) for r in self.routers]
        self._has_neighbours = [any(c.subject is Subject.NEIGHBOUR for c in r.checks) for r in self.routers]
        self._statuses: dict[tuple[object, ...], tuple[bool, int]] = {}
        self._address = [None if r.source is None else int(r.source) for r in self.routers]
        self._units_on: dict[str, int] = {}
        for unit in range(len(self.units)):
            node = self.node_of(unit)
            self._units_on[node] = self._units_on.get(node, 0) | 1 << unit

    def units_on(self, nodes: frozenset[str]) -> int:
        """The units of some nodes."""
        if not nodes:
            return 0
        mask = 0
        for node in nodes:
            mask |= self._units_on.get(node, 0)
        return mask

    def node_of(self, unit: int) -> str:
        """The node that a unit runs on."""
        return self.routers[self.units[unit][0]].node

    def moment(self, situation: Situation) -> Moment:
        """The situation as the protocol sees it; cached."""
        found = self._moments.get(situation)
        if found is None:
            found = self._moments[situation] = self._moment(situation)
        return found

    def _moment(self, situation: Situation) -> Moment:
        able, priorities = [], []
        for index in range(len(self.routers)):
            can, priority = self._status(index, situation)
            able.append(can)
            priorities.append(priority)
        reach = self._reach(situation)
        heard = [accepted & arriving for accepted, arriving in zip(self._accepted, reach, strict=True)]
        return Moment(
            _mask(all(able[r] for r in unit) for unit in self.units),
            tuple(priorities),
            tuple(heard),
            tuple(refused & arriving for refused, arriving in zip(self._refused, reach, strict=True)),
            *self._orders(priorities, heard),
        )

    def _status(self, index: int, situation: Situation) -> tuple[bool, int]:
        """Whether a router is eligible by itself, and its priority; cached by the part of the situation that affects
        it.
        """
        router = self.routers[index]
        if router.node in situation.down:
            return False, router.priority
        seen = (
            index,
            situation.bad and situation.bad & self._checks[index],
            situation.links,
            situation.numbers,
            self._has_neighbours[index] and (situation.down, situation.parts),
        )
        found = self._statuses.get(seen)
        if found is None:
            numbers = dict(situation.numbers)
            bad = [is_bad(check, situation) for check in router.checks]
            values = [numbers.get(check.key, 0) for check in router.checks]
            faults = any(map(is_fault, router.checks, bad, values))
            found = not faults and _can_run(router, situation), effective_priority(router, bad, values)
            self._statuses[seen] = found
        return found

    def _orders(self, priorities: Sequence[int], heard: Sequence[int]) -> tuple[tuple[int, ...], ...]:
        """`holds`, `beats` and `draws` of a moment."""
        holds, beats, draws = ([0] * len(self.units) for _ in range(3))
        for b, router in enumerate(self.routers):
            unit = self.unit_of[b]
            own = priorities[b]
            for a in bits(heard[b]):
                other, other_priority = 1 << self.unit_of[a], priorities[a]
                if other_priority >= own or router.nopreempt:
                    holds[unit] |= other
                if other_priority > own:
                    beats[unit] |= other
                elif other_priority == own:
                    if self._address[a] is None or self._address[b] is None or self._address[a] == self._address[b]:
                        draws[unit] |= other
                    elif (self._address[a] or 0) > (self._address[b] or 0):
                        beats[unit] |= other
        return tuple(holds), tuple(beats), tuple(draws)

    def _reach(self, situation: Situation) -> list[int]:
        """By router, the routers whose packets get through to it."""
        every = (1 << len(self.routers)) - 1
        if not (situation.parts or situation.links or situation.deaf or situation.hung or situation.down):
            return [every] * len(self.routers)
        mute = situation.down | situation.hung
        sending = every
        for index, router in enumerate(self.routers):
            if router.node in mute or (router.node, router.interface) in situation.links:
                sending &= ~(1 << index)
        deaf = mute | situation.deaf if situation.deaf else mute
        sides = self._sides(situation.parts)
        return [
            0
            if router.node in deaf or (router.node, router.interface) in situation.links
            else sending & sides.get(router.node, every)
            for router in self.routers
        ]

    def _sides(self, parts: Sequence[frozenset[str]]) -> dict[str, int]:
        """Node -> the routers on its side of a cut; nodes that the cut does not mention are on a side of their own."""
        if not parts:
            return {}
        rest = frozenset(self.nodes).difference(*parts)
        return {node: self._routers_on(part) for part in (*parts, rest) for node in part}

    def _routers_on(self, nodes: frozenset[str]) -> int:
        return _mask(router.node in nodes for router in self.routers)


def is_bad(check: Check, situation: Situation) -> bool:
    """Whether a check fails in a situation."""
    subject = check.subject
    if subject is Subject.OTHER and check.reverse and not check.weight:
        # "The maintenance file exists": what a reversed check tests is absent where all is well.
        return check.key not in situation.bad
    if subject is Subject.HAPROXY or subject is Subject.OTHER:
        return check.key in situation.bad
    if subject is Subject.INTERFACE:
        return (check.key.node, check.about) in situation.links
    if subject is Subject.NEIGHBOUR:
        return _is_apart(check.key.node, check.about, situation)
    return subject is Subject.ALWAYS


def _is_apart(node: str, other: str, situation: Situation) -> bool:
    if not other:
        return False
    if other in situation.down or any(name in (node, other) for name, _ in situation.links):
        return True
    return bool(situation.parts) and not any(node in part and other in part for part in situation.parts)


def _can_run(router: Router, situation: Situation) -> bool:
    """Whether a router has what it needs, apart from its checks."""
    node = router.node
    if router.refused or node in situation.down or (router.homeless and router.behaviour.needs_source):
        return False
    # At startup keepalived removes its VIPs from the interface: if one is the node's own, no address is left to use.
    if router.source in router.vips or (router.needs_address and not (router.vips or router.excluded)):
        return False
    if router.tracks_link and (node, router.interface) in situation.links:
        return False
    return not any((node, interface) in situation.links for interface in router.elsewhere)


def _units(routers: Sequence[Router]) -> tuple[tuple[int, ...], ...]:
    units: dict[tuple[str, str, int], list[int]] = {}
    for index, router in enumerate(routers):
        units.setdefault((router.node, router.sync, -1 if router.sync else index), []).append(index)
    return tuple(tuple(members) for members in units.values())


def bits(mask: int) -> Iterator[int]:
    """The numbers in a bit mask, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _mask(truths: Iterable[bool]) -> int:
    """The bit mask of a sequence of booleans."""
    mask = 0
    for index, bit in enumerate(truths):
        if bit:
            mask |= 1 << index
    return mask
