"""What can happen to a fleet: the single failures, their pairs, and what each of them breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import combinations

from parsers.records import NamedTuple
from rules.failover.model import CheckKey, Router, Situation, Subject
from rules.failover.vrrp.transitions import Transition

MOST_NODES_FOR_EVERY_CUT = 6
"""Up to this many nodes, every way to cut the network in two is computed, and every subset of failing checks."""


class EventKind(StrEnum):
    """The kinds of failure; the words of `--format json`."""

    POWER = "power"
    KEEPALIVED = "keepalived"
    STOP = "keepalived-stop"
    HAPROXY = "haproxy"
    LINK = "link"
    PARTITION = "partition"


SINGLE = (EventKind.POWER, EventKind.KEEPALIVED, EventKind.STOP, EventKind.HAPROXY, EventKind.LINK)


class Event(NamedTuple):
    """One failure. `nodes`: the node, or for a partition the nodes of one side; `others`: those of the other."""

    kind: EventKind
    nodes: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`lb1:haproxy`, `lb1,lb2|lb3:partition`."""
        sides = ",".join(self.nodes) + (f"|{','.join(self.others)}" if self.others else "")
        return f"{sides}:{self.kind}"

    @property
    def node(self) -> str:
        """The node that it happens to (for a partition, the first node of a side)."""
        return self.nodes[0]


Events = tuple[Event, ...]
"""Failures that exist at the same time; none: everything is healthy."""


def name_of(events: Events) -> str:
    """`healthy`, `lb1:power`, `lb1:haproxy+lb2:power`."""
    return "+".join(event.name for event in events) or "healthy"


def single_events(nodes: Sequence[str]) -> list[Event]:
    """Every single failure of these nodes, node by node, then the partitions."""
    found = [Event(kind, (node,)) for node in nodes for kind in SINGLE]
    return [*found, *_partitions(nodes)]


def _partitions(nodes: Sequence[str]) -> Iterator[Event]:
    """The ways to cut the network in two; with many nodes, only those that cut one off."""
    if len(nodes) < 2:
        return
    first, *rest = nodes
    if len(nodes) > MOST_NODES_FOR_EVERY_CUT:
        for node in nodes:
            yield Event(EventKind.PARTITION, (node,), tuple(other for other in nodes if other != node))
        return
    for size in range(len(rest)):
        for others in combinations(rest, size):
            side = (first, *others)
            yield Event(EventKind.PARTITION, side, tuple(node for node in rest if node not in others))


def two_of(events: Sequence[Event]) -> Iterator[Events]:
    """Every two failures that can exist at the same time and do not include each other."""
    for first, second in combinations(events, 2):
        if first.kind is second.kind is EventKind.PARTITION:
            continue
        if first.node == second.node and EventKind.PARTITION not in (first.kind, second.kind):
            kinds = {first.kind, second.kind}
            if EventKind.POWER in kinds or kinds == {EventKind.KEEPALIVED, EventKind.STOP}:
                continue
        yield first, second


def check_subsets(nodes: Sequence[str], least: int = 3) -> Iterator[Events]:
    """`least` and more nodes whose checks of haproxy fail (three or more: one and two are among the other events)."""
    if len(nodes) > MOST_NODES_FOR_EVERY_CUT:
        return
    for size in range(least, len(nodes) + 1):
        for chosen in combinations(nodes, size):
            yield tuple(Event(EventKind.HAPROXY, (node,)) for node in chosen)


class Scene:
    """What events break for the routers of one block: the checks and the interfaces that are hit."""

    def __init__(self, own: Sequence[Router], routers: Sequence[Router]) -> None:
        self._single: dict[Event, Transition] = {}
        self._interface = {router.node: router.interface for router in own}
        self._checks: dict[str, frozenset[CheckKey]] = {}
        self._files: dict[str, tuple[tuple[CheckKey, int], ...]] = {}
        for node in dict.fromkeys(router.node for router in own):
            hit = [c for r in routers if r.node == node for c in r.checks if c.subject is Subject.HAPROXY]
            self._checks[node] = frozenset(c.key for c in hit if c.kind != "file")
            self._files[node] = tuple((key, 1) for key in sorted({c.key for c in hit if c.kind == "file"}))

    def change(self, events: Events) -> Transition:
        """What some events at the same moment change in a healthy fleet."""
        whole = Transition(Situation(), Situation())
        for event in events:
            own = self._of(event)
            whole = own if whole.after == whole.before else _together(whole, own)
        return whole

    def _of(self, event: Event) -> Transition:
        found = self._single.get(event)
        if found is None:
            found = self._single[event] = self._change(event)
        return found

    def _change(self, event: Event) -> Transition:
        node = event.node
        nodes = frozenset(event.nodes)
        healthy = Situation()
        match event.kind:
            case EventKind.POWER:
                return Transition(healthy, Situation(down=nodes), gone=nodes)
            case EventKind.KEEPALIVED:
                return Transition(healthy, Situation(down=nodes), killed=nodes)
            case EventKind.STOP:
                return Transition(healthy, Situation(down=nodes), polite=nodes)
            case EventKind.HAPROXY:
                return Transition(healthy, Situation(bad=self._checks[node], numbers=self._files[node]))
            case EventKind.LINK:
                return Transition(healthy, Situation(links=frozenset([(node, self._interface[node])])))
            case EventKind.PARTITION:
                return Transition(healthy, Situation(parts=(nodes, frozenset(event.others))))


def _together(a: Transition, b: Transition) -> Transition:
    """Two changes of a healthy fleet at the same moment; at most one of them cuts the network."""
    x, y = a.after, b.after
    after = Situation(
        down=x.down | y.down,
        links=x.links | y.links,
        bad=x.bad | y.bad,
        numbers=x.numbers + y.numbers,
        parts=x.parts or y.parts,
    )
    return Transition(a.before, after, a.polite | b.polite, a.killed | b.killed, a.gone | b.gone)
