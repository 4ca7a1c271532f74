"""One block of the failover table: the same instances through every event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.records import NamedTuple
from rules.failover.model import AT_ONCE, Router, Seconds, Situation
from rules.failover.table.causes import cause_of
from rules.failover.table.contest import Contest
from rules.failover.table.events import Events, check_subsets, single_events, two_of
from rules.failover.table.reasons import unknown_reason, why
from rules.failover.table.rows import Row
from rules.failover.table.verdicts import Aftermath, Outcome, Verdict, verdict_of, worst_of
from rules.failover.vrrp.settling import settle
from rules.failover.vrrp.transitions import End, Transition, VrrpState


class Course(NamedTuple):
    """One possible course of events: the state at the start, and the end."""

    start: VrrpState
    end: End


def _otherwise(router: Router) -> Router:
    """The router with every check of which too little is known testing what it may test instead."""
    checks = (c._replace(subject=c.otherwise, unknown="") if c.unknown else c for c in router.checks)
    return router._replace(checks=tuple(checks))


def _ends(row: Row) -> set[Outcome]:
    """The outcomes of a row apart from their times."""
    return {outcome._replace(outage=None) for outcome in row.outcomes}


class BlockTable(Contest):
    """The rows of one block: every event is played through, in every order, from every way to start."""

    def __init__(self, routers: Sequence[Router], own: Sequence[Router]) -> None:
        super().__init__(routers, own)
        self.starts = self._cold_starts()
        self._otherwise = self._doubted()
        self._known: dict[Events, tuple[Course, ...]] = {}
        self._named: dict[int, tuple[str, ...]] = {}

    # -- states

    def _cold_starts(self) -> dict[VrrpState, End]:
        """The states after a start: all nodes at once, and each node first."""
        nodes = frozenset(router.node for router in self.protocol.routers)
        nothing, healthy = Situation(down=nodes), Situation()
        found: dict[VrrpState, End] = {}
        for end in settle(self.protocol, VrrpState(), Transition(nothing, healthy)):
            found.setdefault(end.state, end)
        for node in self.nodes:
            alone = Situation(down=nodes - {node})
            for first in settle(self.protocol, VrrpState(), Transition(nothing, alone)):
                for end in settle(self.protocol, first.state, Transition(alone, healthy)):
                    found.setdefault(end.state, end)
        return found

    def owners(self, state: VrrpState) -> tuple[str, ...]:
        """The nodes that believe they are master for the VIP."""
        return self._nodes_of(state.masters)

    def holders(self, state: VrrpState) -> tuple[str, ...]:
        """The nodes that have the VIP on an interface."""
        return self._nodes_of(state.masters | state.stale)

    def _nodes_of(self, units: int) -> tuple[str, ...]:
        found = self._named.get(units)
        if found is None:
            found = tuple(node for unit, node in self.unit_nodes.items() if units >> unit & 1)
            self._named[units] = found
        return found

    def _doubted(self) -> BlockTable | None:
        """The same routers, with every check of which too little is known testing something else; None without one."""
        if not any(check.unknown for router in self.protocol.routers for check in router.checks):
            return None
        others = [_otherwise(router) for router in self.protocol.routers]
        return BlockTable(others, [others[self.index(router)] for router in self.own])

    # -- rows

    def rows(self, *, pairs: bool = True) -> Iterator[Row]:
        """All rows: healthy, single events, pairs, subsets of failing checks."""
        yield self._judged(())
        singles = single_events(self.nodes)
        for event in singles:
            yield self._judged((event,))
        subsets = check_subsets(self.nodes, 3 if pairs else 2)
        for events in (*(two_of(singles) if pairs else ()), *subsets):
            yield self._judged(events)

    def _judged(self, events: Events) -> Row:
        """One row; its verdict is unknown if a check of which too little is known decides whether it ends well."""
        row = self._row_of(events)
        if self._otherwise is None:
            return row
        other = self._otherwise._row_of(events)
        if _ends(row) == _ends(other) or (row.verdict.fault and other.verdict.fault):
            return row
        reason = unknown_reason(self.protocol.routers, events)
        outcomes = dict.fromkeys(o._replace(verdict=Verdict.UNKNOWN) for o in (*row.outcomes, *other.outcomes))
        return Row(events, tuple(outcomes), lambda _: reason, lambda _: row.cause)

    def _row_of(self, events: Events) -> Row:
        courses = self._after(events) if events else [Course(VrrpState(), end) for end in self.starts.values()]
        return self.row(events, courses)

    def _after(self, events: Events) -> tuple[Course, ...]:
        """The ends of some events in every order and all at once; cached."""
        found = self._known.get(events)
        if found is None:
            found = self._known[events] = tuple(self._every_order(events))
        return found

    def _leaves_no_master(self, change: Transition) -> bool:
        """Whether no unit can be master afterwards and no address is left behind: then the order makes no
        difference.
        """
        return not change.killed and not self.protocol.moment(change.after).eligible

    def _is_unnoticed(self, start: VrrpState, events: Events) -> bool:
        """Whether these events change nothing for the masters: what follows is the same as if all happened together."""
        found = self._after(events)
        return all(course.end.state == start and not course.end.flaps for course in found if course.start == start)

    def _every_order(self, events: Events) -> Iterator[Course]:
        whole = self.change(events)
        for start in self.starts:
            for end in settle(self.protocol, start, whole):
                yield Course(start, end)
            if len(events) > 1 and not self._leaves_no_master(whole):
                for last in events:
                    rest = tuple(event for event in events if event is not last)
                    if self._is_unnoticed(start, rest):
                        continue
                    own = self.change((last,))
                    change = own._replace(before=self.change(rest).after, after=whole.after)
                    for state in sorted({course.end.state for course in self._after(rest) if course.start == start}):
                        for end in settle(self.protocol, state, change):
                            yield Course(start, end)

    def row(self, events: Events, ends: Sequence[Course]) -> Row:
        """One row from all possible courses of its events."""
        condition = Aftermath.of(events, self.nodes, self.contenders)
        merged: dict[tuple[object, ...], Outcome] = {}
        for start, end in ends:
            before, owners, holders = self.owners(start), self.owners(end.state), self.holders(end.state)
            key = before, owners, holders, end.flaps
            known = merged.get(key)
            if known is None:
                verdict = verdict_of(before, owners, holders, condition, healthy=not events)
                if end.flaps:
                    verdict = Verdict.SPLIT_BRAIN
                outage = self._outage(events, end, verdict, before, condition)
                merged[key] = Outcome(before, owners, holders, verdict, outage, end.flaps)
            elif known.outage is not None:
                outage = self._outage(events, end, known.verdict, before, condition)
                if outage is not None and outage != known.outage:
                    merged[key] = known._replace(outage=known.outage.hull(outage))
        outcomes = list(merged.values())
        if len(outcomes) > 1:
            worst = worst_of(tuple(outcomes))
            outcomes.sort(key=lambda outcome: outcome is not worst)
        return Row(
            events,
            tuple(outcomes),
            lambda row: why(self, row.events, row.outcomes, condition),
            lambda row: cause_of(self, row.events, row.worst, condition),
        )

    def _outage(
        self, events: Events, end: End, verdict: Verdict, before: tuple[str, ...], condition: Aftermath
    ) -> Seconds | None:
        """How long no reachable node that can serve held the VIP."""
        if not events:
            return AT_ONCE
        if verdict in (Verdict.NO_OWNER, Verdict.FAILING_OWNER) or not condition.able:
            return None
        served = [node for node in before if node in condition.able]
        if served and len(condition.parts) == 1:
            return AT_ONCE
        gained = [at for unit, at in end.gained.items() if self.unit_nodes.get(unit) in condition.able]
        if not gained:
            return AT_ONCE
        return Seconds(max(at.low for at in gained), max(at.high for at in gained))
