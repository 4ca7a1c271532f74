"""The timers after a change: when a unit takes over that nobody keeps from it any more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from parsers.records import NamedTuple
from rules.failover.model import AT_ONCE, RESIGNING, STARTING, Router, Seconds
from rules.failover.vrrp.protocol import Protocol, bits, is_bad, is_fault
from rules.failover.vrrp.transitions import Transition, VrrpState


class Deadline(NamedTuple):
    """When a unit takes over unless it hears something.

    `origin`: timers with the same origin start at the same moment, so that `own` decides which is first, even if both
    intervals overlap.
    """

    at: Seconds
    origin: str
    own: float

    def may_precede(self, other: Deadline) -> bool:
        """Whether it may run out before the other one."""
        if self.origin == other.origin:
            return self.own <= other.own
        return self.at.low <= other.at.high


class Timers:
    """The timers of the units, from the masters of `old` and of `start`, those that are left at once."""

    def __init__(self, protocol: Protocol, old: VrrpState, change: Transition, start: int) -> None:
        self.protocol = protocol
        self.change = change
        self.old = old
        self.start = start
        self.before = protocol.moment(change.before)
        self.after = protocol.moment(change.after)

    def _masters_heard(self, router: int, masters: int) -> Iterator[int]:
        unit_of = self.protocol.unit_of
        return (a for a in bits(self.after.heard_by[router]) if masters >> unit_of[a] & 1)

    def _down_interval(self, b: int, advert: float | None = None) -> float:
        router = self.protocol.routers[b]
        return router.down_interval(self.after.priority[b], router.advert if advert is None else advert)

    def after_loss(self, unit: int, now: Seconds) -> Deadline:
        """The timer of a unit whose master has just given way."""
        longest = max(self._down_interval(b) for b in self.protocol.units[unit])
        least = min(self._down_interval(b) - self.protocol.routers[b].advert for b in self.protocol.units[unit])
        return Deadline(now.plus(Seconds(max(least, 0.0), longest)), f"loss at {now.low}", longest)

    def after_gain(self, master: int, at: Seconds, pending: dict[int, Deadline]) -> dict[int, Deadline]:
        """The timers after a unit has become master: preempt_delay starts when a lower master is heard."""
        for unit, deadline in list(pending.items()):
            delay = self._delay(unit, 1 << master)
            if delay.high:
                longest = max(self._down_interval(b) for b in self.protocol.units[unit])
                later = at.plus(delay).plus(Seconds(longest, longest))
                pending[unit] = Deadline(later.last(deadline.at), f"delay at {at.low}", delay.high + longest)
        return pending

    def _delay(self, unit: int, masters: int) -> Seconds:
        """What preempt_delay adds to the down interval with these masters.

        It ends with the last advert that comes within it, an interval early or late (measured with 2.2.7: 3.04 to
        4.39 s for a delay of 4 s).
        """
        found = AT_ONCE
        for b in self.protocol.units[unit]:
            router = self.protocol.routers[b]
            if router.preempt_delay and any(self._masters_heard(b, masters)):
                found = found.last(_around(router.preempt_delay, router.advert))
        return found

    def first(self, unit: int) -> Deadline:
        """The initial timer of a unit, depending on how it lost its master."""
        if not self.before.eligible >> unit & 1 or self.old.stale >> unit & 1:
            return self._fresh(unit)
        found: Deadline | None = None
        for b in self.protocol.units[unit]:
            for a in bits(self.before.heard_by[b]):
                master = self.protocol.unit_of[a]
                if self.old.masters >> master & 1 and self.before.holds[unit] >> master & 1:
                    deadline = self._after_keeper(unit, a, b)
                    if found is None or deadline.at.high > found.at.high:
                        found = deadline
        return found or self.after_loss(unit, AT_ONCE)

    def _fresh(self, unit: int) -> Deadline:
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
        return Deadline(begun.plus(wait), "start", wait.high)

    def _after_keeper(self, unit: int, a: int, b: int) -> Deadline:
        """The timer of router b after a has kept it from taking over and no longer does."""
        routers = self.protocol.routers
        sender, receiver = routers[a], routers[b]
        master = self.protocol.unit_of[a]
        gone = not self.start >> master & 1
        whole = self._down_interval(b, sender.advert)
        if gone and self._announces(a, b):
            skew = receiver.skew(self.after.priority[b], sender.advert)
            at = self._noticed(master, faults=True).plus(RESIGNING).plus(Seconds(skew, skew))
            return Deadline(at, f"farewell of {a}", skew)
        # The last advert was sent up to one interval before it fell silent.
        wait = Seconds(max(whole - sender.advert, 0.0), whole)
        if gone:
            noticed = self._noticed(master, faults=True)
        else:
            noticed = self._noticed(master).last(self._noticed(unit))
            if receiver.preempt_delay and self.after.heard_by[b] >> a & 1:
                wait = Seconds(whole, whole).plus(_around(receiver.preempt_delay, sender.advert))
        return Deadline(noticed.plus(wait), f"silence of {a}", whole)

    def _announces(self, a: int, b: int) -> bool:
        """Whether a master that goes away sends priority 0 and b hears it."""
        sender = self.protocol.routers[a]
        if sender.node in self.change.polite:
            return True
        if sender.node in self.change.killed | self.change.gone | self.change.after.down:
            return False
        return bool(self.after.heard_by[b] >> a & 1)

    def _noticed(self, unit: int, *, faults: bool = False) -> Seconds:
        """From the event to the moment when keepalived's checks have noticed it.

        `faults`: those of weight 0, of which the first to fail (the last to recover) decides; else the weighted ones.
        """
        before, after = self.change.before, self.change.after
        failed: list[Seconds] = []
        recovered: list[Seconds] = []
        for b in self.protocol.units[unit]:
            for check in self.protocol.routers[b].checks:
                was, now = is_bad(check, before), is_bad(check, after)
                if was == now or (check.weight == 0) is not faults:
                    continue
                failing = is_fault(check, now, 0) if faults else now
                (failed if failing else recovered).append(check.trip if now else check.recover)
        if failed:
            return reduce(Seconds.first if faults else Seconds.hull, failed)
        return reduce(Seconds.last, recovered) if recovered else AT_ONCE


def _around(delay: float, advert: float) -> Seconds:
    return Seconds(max(delay - advert, 0.0), delay + advert)


def _startup(router: Router, *, heard: bool) -> Seconds:
    """What vrrp_startup_delay adds to the first down interval.

    Every advert of a lower master within it adds the remaining delay again (measured with 2.2.7: a delay of 1, 2, 3, 4,
    6 s takes up to 1.4, 3.8, 7.2, 13.9, 23.5 s).
    """
    delay = router.startup_delay
    most = sum(delay - n * router.advert for n in range(int(delay / router.advert) + 1)) if heard else 0.0
    return Seconds(delay, delay + most)
