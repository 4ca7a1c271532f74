"""The outcomes of a change: which units are master once all timers have expired, and when the last of them did.

The outcome may depend on a race or on the earlier state; then every possible outcome is returned. The rules are those
of RFC 3768 and RFC 5798 section 6.4 as keepalived 2.2.7 to 2.3.4 have them, measured in network namespaces: an equal
priority does not take over; a master gives way to a higher priority and, on a tie, to the higher address; `nopreempt`
does not replace a running master, and protects none.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from rules.failover.model import AT_ONCE, STARTING, Seconds
from rules.failover.vrrp.protocol import Protocol, bits
from rules.failover.vrrp.silence import silence_of
from rules.failover.vrrp.timers import Deadline, Timers
from rules.failover.vrrp.transitions import End, Transition, VrrpState

_MOST_ENDS = 64


def settle(protocol: Protocol, state: VrrpState, change: Transition) -> tuple[End, ...]:
    """Every possible outcome of a change, at least one."""
    return _untouched(protocol, state, change) or _Settling(protocol, state, change).ends()


def _untouched(protocol: Protocol, state: VrrpState, change: Transition) -> tuple[End, ...]:
    """The only end of a change that affects no master and no unit that waits for one; empty if there may be others."""
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
    """The units whose addresses are left on a node where no keepalived removes them."""
    stale = state.stale | (state.masters & protocol.units_on(change.killed))
    return stale & protocol.units_on(change.after.down - change.gone) if stale else 0


class _Settling:
    def __init__(self, protocol: Protocol, state: VrrpState, change: Transition) -> None:
        self.protocol = protocol
        self.change = change
        self.old = state
        self.after = protocol.moment(change.after)
        self.found: dict[VrrpState, End] = {}
        self.followed: set[Hashable] = set()  # many orders of equals lead to the same: each is gone on from once
        self.frozen = protocol.units_on(change.after.hung)
        # A killed daemon is not master, even if it is running again.
        kept = state.masters & self.after.eligible & ~protocol.units_on(change.left)
        self.at_once = self._at_once() & ~kept
        self.start = kept | self.at_once
        self.stale = _stale(protocol, state, change)
        self.timers = Timers(protocol, state, change, self.start)

    def _at_once(self) -> int:
        """The units whose daemon starts and that are master without listening first."""
        started = self.protocol.units_on(self.change.before.down - self.change.after.down) & self.after.eligible
        if not started:
            return 0
        routers = self.protocol.routers
        return sum(
            1 << unit for unit in bits(started) if all(routers[b].is_master_at_once for b in self.protocol.units[unit])
        )

    def ends(self) -> tuple[End, ...]:
        """All ends, by trying which unit takes over first, and next."""
        deadlines = {}
        for unit in self._waiting(self.start):
            deadlines[unit] = self.timers.first(unit)
        self._follow(self.start, deadlines, AT_ONCE, dict.fromkeys(bits(self.at_once), STARTING), ())
        return tuple(self.found.values())

    # -- the run

    def _follow(
        self,
        masters: int,
        deadlines: dict[int, Deadline],
        now: Seconds,
        gained: dict[int, Seconds],
        path: tuple[int, ...],
    ) -> None:
        """From a set of masters through every branch to the ends."""
        if len(self.found) >= _MOST_ENDS:
            return
        for left in self._give_way(masters):
            pending = {unit: deadlines.get(unit) or self.timers.after_loss(unit, now) for unit in self._waiting(left)}
            kept = {unit: at for unit, at in gained.items() if left >> unit & 1}
            if left in path:
                for masters_then in (*path[path.index(left) :], left):
                    self._end(masters_then, kept, flaps=True)
            elif not pending:
                self._end(left, kept, flaps=self._is_flapping(left))
            elif (then := (left, frozenset(pending.items()), frozenset(kept.items()))) not in self.followed:
                self.followed.add(then)
                for unit, deadline in _firsts(pending):
                    others = self.timers.after_gain(unit, deadline.at, {u: d for u, d in pending.items() if u != unit})
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
        """The masters that are left after every unit that hears a better one has given way; several on a draw."""
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
        # The files do not determine which of the two gives way.
        return sorted({left for loser in drawn for left in self._give_way(masters & ~(1 << loser))})

    def _waiting(self, masters: int) -> list[int]:
        """The units that will take over because nothing holds them back."""
        holds = self.after.holds
        return [unit for unit in bits(self.after.eligible & ~masters & ~self.frozen) if not holds[unit] & masters]

    def _is_flapping(self, masters: int) -> bool:
        """Whether these masters never settle."""
        return silence_of(self.protocol, self.after, masters, self.frozen) is not None


def _firsts(pending: Mapping[int, Deadline]) -> list[tuple[int, Deadline]]:
    """The units that may be the first to take over."""
    return [
        (unit, deadline)
        for unit, deadline in pending.items()
        if all(deadline.may_precede(other) for other in pending.values())
    ]
