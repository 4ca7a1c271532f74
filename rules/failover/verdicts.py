"""Verdicts on outcomes: which node holds the VIP, whether it should, and for how long no node held it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rules.failover.events import EventKind, Events
from rules.failover.model import Seconds


class Verdict(StrEnum):
    """The words of `--format json`."""

    OK = "ok"
    STAYS = "stays"
    NO_OWNER = "no-owner"
    SPLIT_BRAIN = "split-brain"
    FAILING_OWNER = "failing-owner"
    UNKNOWN = "unknown"

    @property
    def good(self) -> bool:
        """Whether the endpoint is served as well as it can be."""
        return self in (Verdict.OK, Verdict.STAYS)


_WORST_FIRST = (
    Verdict.SPLIT_BRAIN,
    Verdict.FAILING_OWNER,
    Verdict.NO_OWNER,
    Verdict.UNKNOWN,
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


class Aftermath(NamedTuple):
    """The nodes after some events: which of them could serve, which can be heard by clients, and who hears whom."""

    able: frozenset[str]
    heard: frozenset[str]
    parts: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, events: Events, nodes: tuple[str, ...], refused: frozenset[str]) -> Aftermath:
        """The nodes of a VIP after these events. `refused`: those on which keepalived does not run at all."""
        unable, unheard = set(refused), set()
        parts: tuple[frozenset[str], ...] = ()
        for event in events:
            if event.kind is EventKind.PARTITION:
                parts = frozenset(event.nodes), frozenset(event.others)
                continue
            unable.add(event.node)
            if event.kind is EventKind.POWER or event.kind is EventKind.LINK:
                unheard.add(event.node)
        every = frozenset(nodes)
        return cls(every - unable, every - unheard, parts or (every,))


def verdict_of(
    before: tuple[str, ...], owners: tuple[str, ...], holders: tuple[str, ...], condition: Aftermath, *, healthy: bool
) -> Verdict:
    """The verdict on an outcome. In a cut network, each side is judged separately if a node there could serve."""
    served = [part for part in condition.parts if part & condition.able]
    if not served:
        held = [owner for owner in owners if owner in condition.heard]
        if len([holder for holder in holders if holder in condition.heard]) > 1 and len(condition.parts) == 1:
            return Verdict.SPLIT_BRAIN
        return Verdict.STAYS if held else Verdict.NO_OWNER
    found = [_of_side(part, owners, holders, condition) for part in served]
    worst = min(found, key=_WORST_FIRST.index)
    if worst is Verdict.OK and not healthy and owners == before:
        return Verdict.STAYS
    return worst


def _of_side(part: frozenset[str], owners: tuple[str, ...], holders: tuple[str, ...], condition: Aftermath) -> Verdict:
    heard = [holder for holder in holders if holder in part and holder in condition.heard]
    masters = [owner for owner in owners if owner in part and owner in condition.heard]
    if len(heard) > 1:
        return Verdict.SPLIT_BRAIN
    if not masters:
        return Verdict.NO_OWNER
    return Verdict.OK if masters[0] in condition.able else Verdict.FAILING_OWNER


def worst_of(outcomes: tuple[Outcome, ...]) -> Outcome:
    """The worst outcome."""
    return min(outcomes, key=lambda outcome: _WORST_FIRST.index(outcome.verdict))
