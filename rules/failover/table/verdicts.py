"""Verdicts on outcomes: which node holds the VIP, whether it should, and for how long no node held it."""

from __future__ import annotations

from enum import StrEnum

from parsers.records import NamedTuple
from rules.failover.model import Seconds
from rules.failover.table.events import EventKind, Events


class Verdict(StrEnum):
    """The words of `--format json`."""

    OK = "ok"
    STAYS = "stays"
    KNOWN_LIMIT = "known-limit"
    """Not as it should be, but no VRRP set-up avoids it."""
    NO_OWNER = "no-owner"
    SPLIT_BRAIN = "split-brain"
    FAILING_OWNER = "failing-owner"
    UNKNOWN = "unknown"

    @property
    def good(self) -> bool:
        """Whether the endpoint is served."""
        return self in (Verdict.OK, Verdict.STAYS)

    @property
    def fault(self) -> bool:
        """Whether another configuration would do better: then there is a finding about it."""
        return self in (Verdict.NO_OWNER, Verdict.SPLIT_BRAIN, Verdict.FAILING_OWNER)


_WORST_FIRST = (
    Verdict.SPLIT_BRAIN,
    Verdict.FAILING_OWNER,
    Verdict.NO_OWNER,
    Verdict.UNKNOWN,
    Verdict.KNOWN_LIMIT,
    Verdict.OK,
    Verdict.STAYS,
)


class Outcome(NamedTuple):
    """One outcome of an event for one VIP.

    `owners` believe that they are master, `holders` have the address on an interface; `before`: the owners before the
    event. `outage`: seconds without an owner; None if it lasts until something is repaired. `flaps`: the VIP moves
    again and again.
    """

    before: tuple[str, ...]
    owners: tuple[str, ...]
    holders: tuple[str, ...]
    verdict: Verdict
    outage: Seconds | None
    flaps: bool = False

    @property
    def having(self) -> tuple[str, ...]:
        """The nodes to show: where two have the VIP, one may be a node on which a killed keepalived left it."""
        both = self.verdict in (Verdict.SPLIT_BRAIN, Verdict.KNOWN_LIMIT) and len(self.holders) > 1
        return self.holders if both else self.owners


class Contenders(NamedTuple):
    """What no event changes.

    `refused`: the nodes on which keepalived does not run at all. `everybody`: all nodes of the virtual router, with
    those that don't have the VIP. `without_haproxy`: those whose files don't show that haproxy runs there.
    """

    refused: frozenset[str]
    everybody: frozenset[str]
    without_haproxy: frozenset[str]


class Aftermath(NamedTuple):
    """The nodes after some events.

    Of the VIP's own nodes: those that are `able` to serve, those that clients can hear, and who hears whom. `killed`:
    where keepalived was killed, so that an address may be left behind. `idle`: nodes that nothing happened to, but that
    can't take over as they are configured. `alone`: no other node is known at all.
    `unclear`: where haproxy dies, although no file shows that it runs there.
    """

    able: frozenset[str]
    heard: frozenset[str]
    parts: tuple[frozenset[str], ...]
    killed: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()
    alone: bool = False
    unclear: frozenset[str] = frozenset()

    @classmethod
    def of(cls, events: Events, nodes: tuple[str, ...], contenders: Contenders) -> Aftermath:
        """The nodes of a VIP after these events."""
        struck, unheard = set[str](), set[str]()
        parts: tuple[frozenset[str], ...] = ()
        for event in events:
            if event.kind is EventKind.PARTITION:
                parts = frozenset(event.nodes), frozenset(event.others)
                continue
            struck.add(event.node)
            if event.kind is EventKind.POWER or event.kind is EventKind.LINK:
                unheard.add(event.node)
        every = frozenset(nodes)
        able = every - contenders.refused - struck
        killed = frozenset(event.node for event in events if event.kind is EventKind.KEEPALIVED)
        alone = bool(events) and len(contenders.everybody) == 1
        dead = frozenset(event.node for event in events if event.kind is EventKind.HAPROXY)
        return cls(
            able=able,
            heard=every - unheard,
            parts=parts or (every,),
            killed=killed,
            idle=contenders.everybody - able - struck,
            alone=alone,
            unclear=dead & contenders.without_haproxy,
        )


def verdict_of(
    before: tuple[str, ...], owners: tuple[str, ...], holders: tuple[str, ...], condition: Aftermath, *, healthy: bool
) -> Verdict:
    """The verdict on an outcome. In a cut network, each side is judged separately if a node there could serve.

    Known limits: an address that a killed keepalived leaves behind, an owner on each side of a cut, and that nothing
    can serve where no node is left.
    """
    if condition.alone:
        return Verdict.UNKNOWN
    served = [part for part in condition.parts if part & condition.able]
    if not served:
        return _of_nobody(owners, holders, condition)
    found = [_of_side(part, owners, holders, condition) for part in served]
    worst = min(found, key=_WORST_FIRST.index)
    if worst is Verdict.FAILING_OWNER and condition.unclear:
        return Verdict.UNKNOWN
    if worst is Verdict.OK and len(served) > 1:
        return Verdict.KNOWN_LIMIT
    if worst is Verdict.OK and not healthy and owners == before:
        return Verdict.STAYS
    return worst


def _of_nobody(owners: tuple[str, ...], holders: tuple[str, ...], condition: Aftermath) -> Verdict:
    """The verdict where no node is left that could serve."""
    heard = [holder for holder in holders if holder in condition.heard]
    if len(heard) > 1 and len(condition.parts) == 1:
        return Verdict.SPLIT_BRAIN if len(set(heard) - condition.killed) > 1 else Verdict.KNOWN_LIMIT
    if any(owner in condition.heard for owner in owners):
        return Verdict.STAYS
    return Verdict.NO_OWNER if condition.idle else Verdict.KNOWN_LIMIT


def _of_side(part: frozenset[str], owners: tuple[str, ...], holders: tuple[str, ...], condition: Aftermath) -> Verdict:
    heard = [holder for holder in holders if holder in part and holder in condition.heard]
    masters = [owner for owner in owners if owner in part and owner in condition.heard]
    if len(set(heard) - condition.killed) > 1:
        return Verdict.SPLIT_BRAIN
    if not masters:
        return Verdict.NO_OWNER
    if masters[0] not in condition.able:
        return Verdict.FAILING_OWNER
    return Verdict.OK if len(heard) == 1 else Verdict.KNOWN_LIMIT


def failing_owner(outcome: Outcome, condition: Aftermath) -> str:
    """The owner that clients can hear and that can't serve."""
    unable = [node for node in outcome.owners if node not in condition.able]
    return next((node for node in unable if node in condition.heard), (unable or list(outcome.owners))[0])


def worst_of(outcomes: tuple[Outcome, ...]) -> Outcome:
    """The worst outcome."""
    return min(outcomes, key=lambda outcome: _WORST_FIRST.index(outcome.verdict))
