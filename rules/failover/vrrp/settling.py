"""What comes of a change: who is master when all timers have run out, and when the last of them did.

The outcome may depend on a race or on what was before; then every outcome that can be is given. The rules are those of
RFC 3768 and RFC 5798 section 6.4 with the ways of keepalived 2.2.7, measured in network namespaces: an equal priority
takes nothing over; a master gives way to a higher priority and, at a tie, to the higher address; `nopreempt` leaves
any living master alone, and protects none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import NamedTuple

from rules.failover.model import AT_ONCE, FAREWELL, STARTING, Router, Seconds, Situation
from rules.failover.vrrp.protocol import Protocol, bits, is_bad, is_fault
from rules.failover.vrrp.silence import silence_of

_MOST_ENDS = 64


class VrrpState(NamedTuple):
    """Who has the addresses: the master units, and the units whose daemon was killed while it was master."""

    masters: int = 0
    stale: int = 0


class Transition(NamedTuple):
    """From one situation to another.

    `polite`: nodes whose keepalived was stopped and said so; `killed`: nodes whose keepalived died and left its
    addresses behind; `gone`: nodes that took their addresses with them.
    """

    before: Situation
    after: Situation
    polite: frozenset[str] = frozenset()
    killed: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    @property
    def left(self) -> frozenset[str]:
        """The nodes whose keepalived has ended, in whatever way."""
        return self.polite | self.killed | self.gone


class End(NamedTuple):
    """One way in which a change can end.

    `gained`: by unit, when it became master (of the units that are master now and were not before). `flaps`: it does
    not end, the masters change again and again.
    """

    state: VrrpState
    gained: Mapping[int, Seconds]
    flaps: bool = False


class _Deadline(NamedTuple):
    """When a unit takes over unless it hears something.

    `origin`: timers of one origin run from the same moment, so that `own` tells which is first, even where
    both intervals overlap.
    """

    at: Seconds
    origin: str
    own: float

    def may_precede(self, other: _Deadline) -> bool:
        if self.origin == other.origin:
            return self.own <= other.own
        return self.at.low <= other.at.high


def settle(protocol: Protocol, state: VrrpState, change: Transition) -> tuple[End, ...]:
    """Every way in which a change can end, at least one."""
    return _untouched(protocol, state, change) or _Settling(protocol, state, change).ends()


def _untouched(protocol: Protocol, state: VrrpState, change: Transition) -> tuple[End, ...]:
    """The one end of a change that no master notices, and nobody who waits for one; empty when it may be another."""
    after, masters = change.after, state.masters
    if not masters or after.hung or change.before.down - after.down or protocol.units_on(change.left) & masters:
        return ()
    moment = protocol.moment(after)
    if masters & ~moment.eligible:
        return ()
    for unit, (holds, beats, draws) in enumerate(zip(moment.holds, moment.beats, moment.draws, strict=True)):
        if masters >> unit & 1:
            if (beats | draws) & masters:
                return ()
        elif moment.eligible >> unit & 1 and not holds & masters:
            return ()
    return (
        End(
            VrrpState(masters, _stale(protocol, state, change)),
            {},
            silence_of(protocol, moment, masters, 0) is not None,
        ),
    )


def _stale(protocol: Protocol, state: VrrpState, change: Transition) -> int:
    """The units whose addresses are left on a node where no keepalived takes them away."""
    stale = state.stale | (state.masters & protocol.units_on(change.killed))
    return stale & protocol.units_on(change.after.down - change.gone) if stale else 0


class _Settling:
    def __init__(self, protocol: Protocol, state: VrrpState, change: Transition) -> None:
        self.protocol = protocol
        self.change = change
        self.old = state
        self.before = protocol.moment(change.before)
        self.after = protocol.moment(change.after)
        self.found: dict[VrrpState, End] = {}
        self.frozen = protocol.units_on(change.after.hung)
        # A killed daemon is no master, even where it is there again.
        kept = state.masters & self.after.eligible & ~protocol.units_on(change.left)
        self.at_once = self._at_once() & ~kept
        self.start = kept | self.at_once
        self.stale = _stale(protocol, state, change)

    def _at_once(self) -> int:
        """The units whose daemon starts, and that are master without having listened."""
        started = self.protocol.units_on(self.change.before.down - self.change.after.down) & self.after.eligible
        if not started:
            return 0
        routers = self.protocol.routers
        return sum(
            1 << unit for unit in bits(started) if all(routers[b].is_master_at_once for b in self.protocol.units[unit])
        )

    def ends(self) -> tuple[End, ...]:
        """All ends, by trying who takes over first, and next."""
        deadlines = {}
        for unit in self._waiting(self.start):
            deadlines[unit] = self._first_deadline(unit)
        self._follow(self.start, deadlines, AT_ONCE, dict.fromkeys(bits(self.at_once), STARTING), ())
        return tuple(self.found.values())

    # -- the run

    def _follow(
        self,
        masters: int,
        deadlines: dict[int, _Deadline],
        now: Seconds,
        gained: dict[int, Seconds],
        path: tuple[int, ...],
    ) -> None:
        """From a set of masters on, through every branch, to the ends."""
        if len(self.found) >= _MOST_ENDS:
            return
        for left in self._give_way(masters):
            pending = {unit: deadlines.get(unit) or self._after_loss(unit, now) for unit in self._waiting(left)}
            kept = {unit: at for unit, at in gained.items() if left >> unit & 1}
            if left in path:
                for masters_then in (*path[path.index(left) :], left):
                    self._end(masters_then, kept, flaps=True)
            elif not pending:
                self._end(left, kept, flaps=self._is_unrest(left))
            else:
                for unit, deadline in _firsts(pending):
                    others = self._told(unit, deadline.at, {u: d for u, d in pending.items() if u != unit})
                    self._follow(left | 1 << unit, others, deadline.at, {**kept, unit: deadline.at}, (*path, left))

    def _end(self, masters: int, gained: Mapping[int, Seconds], *, flaps: bool) -> None:
        state = VrrpState(masters, self.stale)
        new = {unit: at for unit, at in gained.items() if masters >> unit & 1 and not self.old.masters >> unit & 1}
        known = self.found.get(state)
        if known is not None:
            new = {unit: at.hull(known.gained.get(unit, at)) for unit, at in {**known.gained, **new}.items()}
            flaps = flaps or known.flaps
        self.found[state] = End(state, new, flaps)

    def _give_way(self, masters: int) -> list[int]:
        """The masters that are left when everybody who hears a better one has given up; several at a draw."""
        beats, draws = self.after.beats, self.after.draws
        drawn: tuple[int, int] | None = None
        losing = 0
        for unit in bits(masters & ~self.frozen):
            if beats[unit] & masters:
                losing |= 1 << unit
            elif drawn is None and draws[unit] & masters:
                drawn = unit, next(bits(draws[unit] & masters))
        if losing:
            return self._give_way(masters & ~losing)
        if drawn is None:
            return [masters]
        # Who of the two gives way is not told by anything in the files.
        return sorted({left for loser in drawn for left in self._give_way(masters & ~(1 << loser))})

    def _masters_heard(self, router: int, masters: int) -> Iterator[int]:
        unit_of = self.protocol.unit_of
        return (a for a in bits(self.after.heard_by[router]) if masters >> unit_of[a] & 1)

    def _waiting(self, masters: int) -> list[int]:
        """The units that will take over, as nobody keeps them from it."""
        holds = self.after.holds
        return [unit for unit in bits(self.after.eligible & ~masters & ~self.frozen) if not holds[unit] & masters]

    # -- the timers

    def _down_interval(self, b: int, advert: float | None = None) -> float:
        router = self.protocol.routers[b]
        return router.down_interval(self.after.priority[b], router.advert if advert is None else advert)

    def _after_loss(self, unit: int, now: Seconds) -> _Deadline:
        """The timer of a unit whose master has just given way."""
        longest = max(self._down_interval(b) for b in self.protocol.units[unit])
        least = min(self._down_interval(b) - self.protocol.routers[b].advert for b in self.protocol.units[unit])
        return _Deadline(now.plus(Seconds(max(least, 0.0), longest)), f"loss at {now.low}", longest)

    def _told(self, master: int, at: Seconds, pending: dict[int, _Deadline]) -> dict[int, _Deadline]:
        """The timers after a unit has become master: preempt_delay begins when a lower master is heard."""
        for unit, deadline in list(pending.items()):
            delay = self._delay(unit, 1 << master)
            if delay.high:
                longest = max(self._down_interval(b) for b in self.protocol.units[unit])
                later = at.plus(delay).plus(Seconds(longest, longest))
                pending[unit] = _Deadline(later.last(deadline.at), f"delay at {at.low}", delay.high + longest)
        return pending

    def _delay(self, unit: int, masters: int) -> Seconds:
        """What preempt_delay adds to the down interval with these masters about.

        It ends with the last advert that comes within it, an interval early or late (measured with 2.2.7: 3.04 to
        4.39 s for a delay of 4 s).
        """
        found = AT_ONCE
        for b in self.protocol.units[unit]:
            router = self.protocol.routers[b]
            if router.preempt_delay and any(self._masters_heard(b, masters)):
                found = found.last(_around(router.preempt_delay, router.advert))
        return found

    def _first_deadline(self, unit: int) -> _Deadline:
        """The timer of a unit at the beginning, from how it came to be without a master."""
        if not self.before.eligible >> unit & 1 or self.old.stale >> unit & 1:
            return self._fresh(unit)
        found: _Deadline | None = None
        for b in self.protocol.units[unit]:
            for a in bits(self.before.heard_by[b]):
                master = self.protocol.unit_of[a]
                if self.old.masters >> master & 1 and self.before.holds[unit] >> master & 1:
                    deadline = self._after_keeper(unit, a, b)
                    if found is None or deadline.at.high > found.at.high:
                        found = deadline
        return found or self._after_loss(unit, AT_ONCE)

    def _fresh(self, unit: int) -> _Deadline:
        """A unit that has just started, or has left FAULT."""
        started = self.protocol.node_of(unit) in self.change.before.down
        wait = AT_ONCE
        for b in self.protocol.units[unit]:
            router = self.protocol.routers[b]
            own = 0.0 if router.is_master_at_once else self._down_interval(b)
            held = _startup(router, heard=any(self._masters_heard(b, self.start))) if started else AT_ONCE
            wait = wait.last(held.plus(Seconds(own, own)))
        wait = wait.plus(self._delay(unit, self.start))
        begun = self._noticed(unit, faults=True).plus(STARTING if started else AT_ONCE)
        return _Deadline(begun.plus(wait), "start", wait.high)

    def _after_keeper(self, unit: int, a: int, b: int) -> _Deadline:
        """The timer of router b, when a has kept it from taking over and does so no more."""
        routers = self.protocol.routers
        sender, receiver = routers[a], routers[b]
        master = self.protocol.unit_of[a]
        gone = not self.start >> master & 1
        whole = self._down_interval(b, sender.advert)
        if gone and self._says_so(a, b):
            skew = receiver.skew(self.after.priority[b], sender.advert)
            at = self._noticed(master, faults=True).plus(FAREWELL).plus(Seconds(skew, skew))
            return _Deadline(at, f"farewell of {a}", skew)
        # The last advert came up to one interval before it fell silent.
        wait = Seconds(max(whole - sender.advert, 0.0), whole)
        if gone:
            noticed = self._noticed(master, faults=True)
        else:
            noticed = self._noticed(master).last(self._noticed(unit))
            if receiver.preempt_delay and self.after.heard_by[b] >> a & 1:
                wait = Seconds(whole, whole).plus(_around(receiver.preempt_delay, sender.advert))
        return _Deadline(noticed.plus(wait), f"silence of {a}", whole)

    def _says_so(self, a: int, b: int) -> bool:
        """Whether a master that goes sends priority 0, and b hears it."""
        sender = self.protocol.routers[a]
        if sender.node in self.change.polite:
            return True
        if sender.node in self.change.killed | self.change.gone | self.change.after.down:
            return False
        return bool(self.after.heard_by[b] >> a & 1)

    def _noticed(self, unit: int, *, faults: bool = False) -> Seconds:
        """From the event to when keepalived knows what its checks have to say of it.

        `faults`: those of weight 0, of which the first to fail (the last to recover) decides; else the weighted ones.
        """
        before, after = self.change.before, self.change.after
        told: list[Seconds] = []
        recovered: list[Seconds] = []
        for b in self.protocol.units[unit]:
            for check in self.protocol.routers[b].checks:
                was, now = is_bad(check, before), is_bad(check, after)
                if was == now or (check.weight == 0) is not faults:
                    continue
                failing = is_fault(check, now, 0) if faults else now
                (told if failing else recovered).append(check.trip if now else check.recover)
        if told:
            return reduce(Seconds.first if faults else Seconds.hull, told)
        return reduce(Seconds.last, recovered) if recovered else AT_ONCE

    def _is_unrest(self, masters: int) -> bool:
        """Whether these masters do not come to rest."""
        return silence_of(self.protocol, self.after, masters, self.frozen) is not None


def _around(delay: float, advert: float) -> Seconds:
    return Seconds(max(delay - advert, 0.0), delay + advert)


def _startup(router: Router, *, heard: bool) -> Seconds:
    """What vrrp_startup_delay adds to the first down interval.

    Every advert of a lower master within it adds what is left of it once more (measured with 2.2.7: a delay of 1, 2,
    3, 4, 6 s takes up to 1.4, 3.8, 7.2, 13.9, 23.5 s).
    """
    delay = router.startup_delay
    most = sum(delay - n * router.advert for n in range(int(delay / router.advert) + 1)) if heard else 0.0
    return Seconds(delay, delay + most)


def _firsts(pending: Mapping[int, _Deadline]) -> list[tuple[int, _Deadline]]:
    """The units that may be the first to take over."""
    return [
        (unit, deadline)
        for unit, deadline in pending.items()
        if all(deadline.may_precede(other) for other in pending.values())
    ]
