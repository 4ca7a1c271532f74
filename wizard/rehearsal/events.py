"""What happens in a rehearsal: every failure of a load balancer and of a server, and what a day brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import combinations
from typing import NamedTuple

from rules.failover import Event, EventKind, Events
from rules.text import hint, listed
from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.staging.stage import Stage


class ActKind(StrEnum):
    """The kinds of events; for the failures of load balancers, the words of the failover table."""

    HAPROXY = "haproxy"
    HAPROXY_STOP = "haproxy-stop"
    KEEPALIVED = "keepalived"
    KEEPALIVED_STOP = "keepalived-stop"
    LINK = "link"
    POWER = "power"
    PARTITION = "partition"
    HAPROXY_RELOAD = "haproxy-reload"
    KEEPALIVED_RELOAD = "keepalived-reload"
    SERVER_GONE = "gone"
    SERVER_HUNG = "hung"
    SERVER_ERROR = "500"
    SERVER_OUT = "taken-out"
    CUTOVER = "cutover"


_IN_TABLE = {
    ActKind.HAPROXY: EventKind.HAPROXY,
    ActKind.HAPROXY_STOP: EventKind.HAPROXY,
    ActKind.KEEPALIVED: EventKind.KEEPALIVED,
    ActKind.KEEPALIVED_STOP: EventKind.STOP,
    ActKind.LINK: EventKind.LINK,
    ActKind.POWER: EventKind.POWER,
    ActKind.PARTITION: EventKind.PARTITION,
}
RELOADS = (ActKind.HAPROXY_RELOAD, ActKind.KEEPALIVED_RELOAD)
OF_SERVERS = (ActKind.SERVER_GONE, ActKind.SERVER_HUNG, ActKind.SERVER_ERROR)
DAILY = (*RELOADS, ActKind.SERVER_OUT, ActKind.CUTOVER)
"""What a day brings: nothing fails."""
NAME = "dns"
"""What the cutover is done to."""
_FAILURES = tuple(_IN_TABLE)
HEALTHY = "healthy"
_WORDS = {
    ActKind.HAPROXY: "haproxy is killed on {0}",
    ActKind.HAPROXY_STOP: "haproxy is stopped on {0}",
    ActKind.KEEPALIVED: "keepalived is killed on {0}",
    ActKind.KEEPALIVED_STOP: "keepalived is stopped on {0}",
    ActKind.LINK: "{0} loses its link",
    ActKind.POWER: "{0} loses power",
    ActKind.PARTITION: "{0} is cut off from the others and from the clients",
    ActKind.HAPROXY_RELOAD: "haproxy is reloaded on {0}",
    ActKind.KEEPALIVED_RELOAD: "keepalived is reloaded on {0}",
    ActKind.SERVER_GONE: "server {0} is gone",
    ActKind.SERVER_HUNG: "server {0} accepts and never answers",
    ActKind.SERVER_ERROR: "server {0} answers 500",
    ActKind.SERVER_OUT: "server {0} is taken out of haproxy.cfg, and added again",
    ActKind.CUTOVER: "the endpoint's name moves from the initial master to the VIP",
}


class Act(NamedTuple):
    """One thing that is done to a load balancer or an API server. `others`: the load balancers beside it."""

    kind: ActKind
    on: str
    others: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`lb1:power`, `lb1|lb2:partition` (the clients are on the second side), `k8s-master1:hung`."""
        cut = f"|{','.join(self.others)}" if self.kind is ActKind.PARTITION else ""
        return f"{self.on}{cut}:{self.kind}"

    @property
    def words(self) -> str:
        """What it is, for people."""
        return _WORDS[self.kind].format(self.on)

    @property
    def event(self) -> Event | None:
        """The event of the failover table that it is, None for what the table does not speak of."""
        kind = _IN_TABLE.get(self.kind)
        if kind is None:
            return None
        return Event(kind, (self.on,), self.others if kind is EventKind.PARTITION else ())


class Turn(NamedTuple):
    """What is done at one moment; nothing at all: everything is healthy."""

    acts: tuple[Act, ...] = ()

    @property
    def name(self) -> str:
        """`healthy`, `lb1:power`, `lb1:haproxy+lb2:power`."""
        return "+".join(act.name for act in self.acts) or HEALTHY

    @property
    def words(self) -> str:
        """What it is, for people."""
        return ", and ".join(act.words for act in self.acts) or "nothing happens"

    @property
    def events(self) -> Events:
        """The events of the failover table that it is."""
        return tuple(event for act in self.acts if (event := act.event) is not None)

    @property
    def unreachable(self) -> frozenset[str]:
        """The load balancers that nobody reaches while it lasts, with whatever else runs there."""
        away = (ActKind.LINK, ActKind.POWER, ActKind.PARTITION)
        return frozenset(act.on for act in self.acts if act.kind in away)

    @property
    def struck(self) -> frozenset[str]:
        """The load balancers that can't serve the clients while it lasts."""
        return frozenset(act.on for act in self.acts if act.kind in _FAILURES)


def turns(stage: Stage, words: Sequence[str] = (), *, pairs: bool = False) -> list[Turn]:
    """What is played: every single event, and with `pairs` every two failures of load balancers at once.

    `words` choose: kinds, machines, names of events, each also with `*`. Raises RehearsalError for a word that chooses
    nothing.
    """
    single = list(_single(stage))
    found = [Turn((act,)) for act in single]
    if pairs:
        found += [Turn(two) for two in _pairs([act for act in single if act.kind in _FAILURES])]
    for word in words:
        if not any(_chosen(turn, [word]) for turn in found):
            known = sorted({str(act.kind) for act in single} | {act.on for act in single})
            raise RehearsalError(f"--events: '{word}' is no event here; {hint(word, known, f'known: {listed(known)}')}")
    return [turn for turn in found if not words or _chosen(turn, words)]


def _single(stage: Stage) -> Iterator[Act]:
    names = [node.name for node in stage.nodes]
    for node in stage.nodes:
        others = tuple(name for name in names if name != node.name)
        for kind in (*_FAILURES, *RELOADS):
            # The table speaks of the interface of an instance; where there are several, a link is not one event.
            if kind is not ActKind.LINK or len(node.vrrp) == 1:
                yield Act(kind, node.name, others if kind is ActKind.PARTITION else ())
    for server in stage.servers:
        for kind in OF_SERVERS:
            if kind is not ActKind.SERVER_GONE or server.on is None:
                yield Act(kind, server.name)
    if last := next((server for server in reversed(stage.servers) if server.spare), None):
        yield Act(ActKind.SERVER_OUT, last.name)
    if stage.name is not None:
        yield Act(ActKind.CUTOVER, NAME)


def _pairs(acts: Sequence[Act]) -> Iterator[tuple[Act, Act]]:
    """Every two failures that can exist at the same time and do not include each other (a stop is a kind of death)."""
    lasting = [act for act in acts if act.kind is not ActKind.HAPROXY_STOP]
    for first, second in combinations(lasting, 2):
        kinds = {first.kind, second.kind}
        if kinds == {ActKind.PARTITION}:
            continue
        daemons = {ActKind.KEEPALIVED, ActKind.KEEPALIVED_STOP}
        if first.on == second.on and (ActKind.POWER in kinds or kinds == daemons):
            continue
        yield first, second


def _chosen(turn: Turn, words: Sequence[str]) -> bool:
    names = [turn.name, *(str(act.kind) for act in turn.acts), *(act.on for act in turn.acts)]
    return any(fnmatchcase(name, word) for word in words for name in names)
