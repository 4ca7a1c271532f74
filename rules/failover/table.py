"""The failover table: for every VIP and every failure, which node owns it afterwards and how long no node did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.failover.events import (
    MOST_NODES_FOR_EVERY_CUT,
    Events,
    Scene,
    check_subsets,
    name_of,
    single_events,
    two_of,
)
from rules.failover.model import AT_ONCE, Router, Seconds, Situation
from rules.failover.reasons import why
from rules.failover.verdicts import Condition, Outcome, Verdict, verdict_of, worst_of
from rules.failover.vrrp.components import components
from rules.failover.vrrp.protocol import Protocol
from rules.failover.vrrp.reading import Key, Reading, read_routers
from rules.failover.vrrp.settling import Change, End, State, settle

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from rules.fleet.node import Fleet
    from rules.plan.model import Cluster

    IPAddress = IPv4Address | IPv6Address


class Row:
    """One event. `outcomes`: all possible outcomes, the worst first."""

    __slots__ = ("_reason", "events", "outcomes")

    def __init__(self, events: Events, outcomes: tuple[Outcome, ...], reason: Callable[[Row], str]) -> None:
        self.events = events
        self.outcomes = outcomes
        self._reason = reason

    @property
    def event(self) -> str:
        """`healthy`, `lb1:haproxy`, `lb1:haproxy+lb2:power`."""
        return name_of(self.events)

    @property
    def why(self) -> str:
        """One sentence on the worst outcome. Computed on demand: most rows are only counted."""
        return self._reason(self)

    @property
    def worst(self) -> Outcome:
        """The worst outcome."""
        return self.outcomes[0]

    @property
    def verdict(self) -> Verdict:
        """Its verdict."""
        return self.worst.verdict

    @property
    def outage(self) -> Seconds | None:
        """Seconds without an owner, over all outcomes; None if one of them lasts until something is repaired."""
        if any(outcome.outage is None for outcome in self.outcomes):
            return None
        found = AT_ONCE
        for index, outcome in enumerate(self.outcomes):
            if outcome.outage is not None:
                found = outcome.outage if not index else found.hull(outcome.outage)
        return found


class Block(NamedTuple):
    """The addresses that the same instances have, and what happens to them.

    `unknown`: why the outcome is not known; then there are no rows. `notes`: what was assumed.
    """

    vips: tuple[IPAddress, ...]
    instance: str
    nodes: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    unknown: str = ""
    notes: tuple[str, ...] = ()


class Table(NamedTuple):
    """The blocks in the order of the files, and what is left out altogether."""

    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


def failover_table(fleet: Fleet, cluster: Cluster | None = None, *, pairs: bool = True) -> Table:
    """The table of a fleet. What the files leave open is reported as unknown, with the reason; nothing is guessed.

    Without `pairs` it has single failures, and failing checks on several nodes.
    """
    reading = read_routers(fleet, known_addresses(cluster))
    return Table(tuple(_blocks(reading, pairs=pairs)), tuple(_notes(reading)))


def known_addresses(cluster: Cluster | None) -> dict[str, list[IPAddress]]:
    """Load balancer -> its addresses in halb.toml."""
    if cluster is None:
        return {}
    return {
        lb.name.value: [setting.value for setting in (lb.address, lb.address6) if setting is not None]
        for lb in cluster.load_balancers
    }


def _notes(reading: Reading) -> Iterator[str]:
    for node in reading.without:
        yield f"{node} has no keepalived.conf among the files and is left out"
    for node, refusal in reading.refused.items():
        yield f"keepalived on {node} refuses its file and exits ({refusal.reason}): {node} takes no part"
    for node in reading.inferred:
        yield f"{node} has no unicast_src_ip: assumed to be the address that its peers list"


def _blocks(reading: Reading, *, pairs: bool) -> Iterator[Block]:
    holders: dict[IPAddress, list[Key]] = {}
    for key, member in reading.members.items():
        for vip in (*member.instance.usable_vips, *member.instance.excluded_vips):
            if vip.address is not None and vip.lost is None:
                keys = holders.setdefault(vip.address, [])
                if key not in keys:
                    keys.append(key)
    by_keys: dict[tuple[Key, ...], list[IPAddress]] = {}
    for address, keys in holders.items():
        by_keys.setdefault(tuple(keys), []).append(address)
    worlds = components(reading)
    for held_by, addresses in by_keys.items():
        world = worlds[held_by[0]]
        nodes = tuple(dict.fromkeys(node for node, _ in held_by))
        name = reading.members[held_by[0]].instance.name.raw
        block = Block(tuple(addresses), name, nodes)
        reasons = [reading.unknown[key] for key in world if key in reading.unknown]
        if reasons:
            yield block._replace(unknown=reasons[0])
            continue
        routers = [reading.routers[key] for key in world]
        own = [reading.routers[key] for key in held_by]
        rows = BlockTable(routers, own, addresses[0]).rows(pairs=pairs)
        yield block._replace(rows=tuple(rows), notes=tuple(_assumptions(own, nodes)))


def _assumptions(own: Sequence[Router], nodes: Sequence[str]) -> Iterator[str]:
    if len(nodes) == 1:
        yield f"only {nodes[0]} has this address among the files: no node takes over from it"
    assumed: dict[str, list[str]] = {}
    for router in own:
        for check in router.checks:
            if check.assumed:
                assumed.setdefault(f"{check.kind} '{check.key.name}'", []).append(router.node)
    for name, places in assumed.items():
        where = ", ".join(dict.fromkeys(places))
        yield f"the file does not show what {name} tests ({where}): assumed to check haproxy"
    if len(nodes) > MOST_NODES_FOR_EVERY_CUT:
        yield (
            f"with {len(nodes)} nodes, only partitions that cut off one node are computed, and failing checks only on "
            "one and two nodes at a time"
        )


class Course(NamedTuple):
    """One possible course of events: the state at the start, and the end."""

    start: State
    end: End


class BlockTable:
    """The rows of one block: `routers` are all that affect each other, `own` those that have the VIP."""

    def __init__(self, routers: Sequence[Router], own: Sequence[Router], vip: IPAddress) -> None:
        self.protocol = Protocol(routers)
        self.own = tuple(own)
        self.vip = vip
        self.nodes = tuple(dict.fromkeys(router.node for router in own))
        self.scene = Scene(own, routers)
        self.refused = frozenset(router.node for router in own if router.refused)
        index = {id(router): i for i, router in enumerate(self.protocol.routers)}
        self.unit_nodes = {self.protocol.unit_of[index[id(router)]]: router.node for router in own}
        self.starts = self._cold_starts()
        self._known: dict[Events, tuple[Course, ...]] = {}
        self._changes: dict[Events, Change] = {}
        self._named: dict[int, tuple[str, ...]] = {}

    # -- states

    def _cold_starts(self) -> dict[State, End]:
        """The states after a start: all nodes at once, and each node first."""
        nodes = frozenset(router.node for router in self.protocol.routers)
        nothing, healthy = Situation(down=nodes), Situation()
        found: dict[State, End] = {}
        for end in settle(self.protocol, State(), Change(nothing, healthy)):
            found.setdefault(end.state, end)
        for node in self.nodes:
            alone = Situation(down=nodes - {node})
            for first in settle(self.protocol, State(), Change(nothing, alone)):
                for end in settle(self.protocol, first.state, Change(alone, healthy)):
                    found.setdefault(end.state, end)
        return found

    def owners(self, state: State) -> tuple[str, ...]:
        """The nodes that believe they are master for the VIP."""
        return self._nodes_of(state.masters)

    def holders(self, state: State) -> tuple[str, ...]:
        """The nodes that have the VIP on an interface."""
        return self._nodes_of(state.masters | state.stale)

    def _nodes_of(self, units: int) -> tuple[str, ...]:
        found = self._named.get(units)
        if found is None:
            found = tuple(node for unit, node in self.unit_nodes.items() if units >> unit & 1)
            self._named[units] = found
        return found

    # -- rows

    def rows(self, *, pairs: bool = True) -> Iterator[Row]:
        """All rows: healthy, single events, pairs, subsets of failing checks."""
        yield self.row((), [Course(State(), end) for end in self.starts.values()])
        singles = single_events(self.nodes)
        for event in singles:
            yield self.row((event,), self._after((event,)))
        subsets = check_subsets(self.nodes, 3 if pairs else 2)
        for events in (*(two_of(singles) if pairs else ()), *subsets):
            yield self.row(events, self._after(events))

    def _after(self, events: Events) -> tuple[Course, ...]:
        """The ends of some events in every order and all at once; cached."""
        found = self._known.get(events)
        if found is None:
            found = self._known[events] = tuple(self._every_order(events))
        return found

    def change(self, events: Events) -> Change:
        """What some events at the same moment change in a healthy fleet; cached."""
        found = self._changes.get(events)
        if found is None:
            found = self._changes[events] = self.scene.change(events)
        return found

    def _leaves_no_master(self, change: Change) -> bool:
        """Whether no unit can be master afterwards and no address is left behind: then the order makes no
        difference.
        """
        return not change.killed and not self.protocol.moment(change.after).eligible

    def _is_unnoticed(self, start: State, events: Events) -> bool:
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
        condition = Condition.of(events, self.nodes, self.refused)
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
        return Row(events, tuple(outcomes), lambda row: why(self, row.events, row.outcomes, condition))

    def _outage(
        self, events: Events, end: End, verdict: Verdict, before: tuple[str, ...], condition: Condition
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
