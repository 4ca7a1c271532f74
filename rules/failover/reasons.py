"""Why an event ends as it does, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rules.failover.events import Event, Events, Kind
from rules.failover.model import Check, Router, Situation, Subject
from rules.failover.protocol import contribution, is_bad, is_fault
from rules.failover.verdicts import Condition, Outcome, Verdict, worst_of
from rules.support.wording import listed

if TYPE_CHECKING:
    from rules.failover.table import BlockTable

_REFUSALS = {
    "unheard": "{b} is sent no adverts by {a}",
    "vrid": "virtual_router_id is {x.vrid} on {a} and {y.vrid} on {b}",
    "version": "{a} speaks VRRP version {x.version} and {b} version {y.version}",
    "source": "{b} takes adverts from its own peers only, and {a} is none of them",
    "authentication": "{a} and {b} authenticate differently",
    "advert_int": "advert_int is {x.advert:g} s on {a} and {y.advert:g} s on {b}",
    "addresses": "{a} and {b} have different lists of addresses",
}


def why(table: BlockTable, events: Events, outcomes: Sequence[Outcome], condition: Condition) -> str:
    """The sentence for the worst of the outcomes."""
    outcome = worst_of(tuple(outcomes))
    text = _why(table, events, outcome, condition)
    others = [other for other in outcomes if other.owners != outcome.owners]
    if others:
        ways = listed((_who(other.owners) for other in others), "or")
        text += f"; depending on who was first, {ways} instead"
    return text


def _who(owners: Sequence[str]) -> str:
    return listed(owners) if owners else "nobody"


def _why(table: BlockTable, events: Events, outcome: Outcome, condition: Condition) -> str:
    situation = table.change(events).after
    match outcome.verdict:
        case Verdict.SPLIT_BRAIN:
            return _split(table, events, outcome)
        case Verdict.NO_OWNER:
            return _nobody(table, events, situation)
        case Verdict.FAILING_OWNER:
            return _failing(table, outcome, situation, condition)
    if not events:
        return _healthy(table, outcome)
    if not condition.able:
        return f"no healthy node is left: {_who(outcome.owners)} keeps the address, and nothing answers there"
    if any(event.kind is Kind.PARTITION for event in events):
        return _cut(table, outcome, condition)
    if outcome.verdict is Verdict.STAYS:
        return f"{_who(outcome.owners)} was the owner and is well"
    return _moved(table, events, outcome, situation)


def _healthy(table: BlockTable, outcome: Outcome) -> str:
    owner = outcome.owners[0]
    rest = [r for r in table.own if r.node != owner and not r.refused]
    mine = _router(table, owner)
    higher = [r for r in rest if r.priority >= mine.priority]
    if not rest:
        return f"nobody but {owner} can have it"
    if higher:
        return f"whoever is first keeps it (priority {mine.priority})"
    return f"{owner} has the highest priority, {mine.priority}"


def _router(table: BlockTable, node: str) -> Router:
    return next(router for router in table.own if router.node == node)


def _priority(table: BlockTable, node: str, situation: Situation) -> int:
    moment = table.protocol.moment(situation)
    index = next(i for i, r in enumerate(table.protocol.routers) if r is _router(table, node))
    return moment.priority[index]


# -- two owners


def _split(table: BlockTable, events: Events, outcome: Outcome) -> str:
    stale = [node for node in outcome.holders if node not in outcome.owners]
    if stale and len(outcome.owners) <= 1:
        return f"keepalived died on {listed(stale)} and left the address there, {_who(outcome.owners)} has it as well"
    a, b = outcome.owners[:2]
    first, second = _router(table, a), _router(table, b)
    rejections = table.protocol.rejections
    routers = table.protocol.routers
    i, j = routers.index(first), routers.index(second)
    # The one that should listen is the lower one: look at what it makes of the higher one's adverts.
    higher, lower = (i, j) if first.priority >= second.priority else (j, i)
    reason = rejections[lower][higher] or rejections[higher][lower]
    x, y = routers[higher], routers[lower]
    if not rejections[lower][higher]:
        x, y = y, x
    text = _REFUSALS[reason].format(a=x.node, b=y.node, x=x, y=y) if reason else f"{a} and {b} don't hear each other"
    if reason == "unheard" and x.unicast is not y.unicast:
        text = f"{x.node} uses {_mode(x)} and {y.node} {_mode(y)}"
    if outcome.flaps:
        return f"{text}: one silences the other, whose backup takes over for a moment, again and again"
    return text


def _mode(router: Router) -> str:
    return "unicast" if router.unicast else "multicast"


# -- no owner


def _nobody(table: BlockTable, events: Events, situation: Situation) -> str:
    reasons = [f"{router.node} {_absent(table, router, events, situation)}" for router in table.own]
    return f"nobody may have it: {listed(reasons)}"


def _absent(table: BlockTable, router: Router, events: Events, situation: Situation) -> str:
    mine = [event for event in events if event.node == router.node and event.kind is not Kind.PARTITION]
    for event in mine:
        if event.kind is Kind.POWER:
            return "is gone"
        if event.kind in (Kind.KEEPALIVED, Kind.STOP):
            return "has no keepalived"
    if router.refused:
        return "refuses its file"
    if any(event.kind is Kind.LINK for event in mine) and router.tracks_link:
        return "has no link"
    fault = fault_of(table, router, situation)
    if fault is not None:
        return f"is in FAULT by {fault}"
    return "is kept from it"


def fault_of(table: BlockTable, router: Router, situation: Situation) -> str | None:
    """The check that has a router (or one of its sync group) in FAULT, in words."""
    numbers = dict(situation.numbers)
    unit = table.protocol.unit_of[table.protocol.routers.index(router)]
    for member in table.protocol.units[unit]:
        for check in table.protocol.routers[member].checks:
            if is_fault(check, is_bad(check, situation), numbers.get(check.key, 0)):
                return _named(check)
    return None


def _named(check: Check) -> str:
    return f"{check.kind} '{check.key.name}'"


# -- an owner that can't serve


def _failing(table: BlockTable, outcome: Outcome, situation: Situation, condition: Condition) -> str:
    owner = next((node for node in outcome.owners if node not in condition.able), outcome.owners[0])
    router = _router(table, owner)
    healthy = [r for r in table.own if r.node in condition.able]
    checks = [c for c in router.checks if c.subject is Subject.HAPROXY]
    if not checks:
        return f"nothing tells keepalived on {owner} that haproxy is dead, and {owner} keeps it"
    if router.owner:
        return f"{owner} has priority 255, which no weight lowers"
    now = _priority(table, owner, situation)
    best = max(healthy, key=lambda r: _priority(table, r.node, situation))
    theirs = _priority(table, best.node, situation)
    if theirs > now and best.nopreempt:
        return f"{owner} drops to {now}, but nopreempt has {best.node} ({theirs}) leave a living master alone"
    lowered = [c for c in checks if c.weight and contribution(c, True, 1) != contribution(c, False, 0)]
    if not lowered:
        return f"the checks of {owner} change nothing, and {owner} keeps it"
    if now == theirs:
        return f"{owner} drops to {now}, which is not below {best.node} ({theirs}): a tie moves nothing"
    return f"{owner} has {now} with its check failing, healthy {best.node} only {theirs}"


# -- as it should be


def _cut(table: BlockTable, outcome: Outcome, condition: Condition) -> str:
    if len(outcome.owners) < 2:
        return f"{_who(outcome.owners)} has it on its side of the cut, and nobody could serve on the other"
    last = max(outcome.owners, key=lambda node: (_router(table, node).priority, _number(_router(table, node))))
    return f"each side of the cut has an owner of its own; when it heals, {last} has it alone within an advert"


def _number(router: Router) -> int:
    return int(router.source) if router.source is not None else 0


def _moved(table: BlockTable, events: Events, outcome: Outcome, situation: Situation) -> str:
    new = _who(outcome.owners)
    old = next((node for node in outcome.before if node not in outcome.owners), "")
    struck = [event for event in events if event.node == old]
    if not struck:
        return f"{new} takes over"
    cause = min(struck, key=lambda event: list(Kind).index(event.kind))
    return f"{_left(table, cause, old, situation)}; {new} takes over"


def _left(table: BlockTable, event: Event, old: str, situation: Situation) -> str:
    match event.kind:
        case Kind.POWER:
            return f"{old} falls silent"
        case Kind.KEEPALIVED:
            return f"keepalived of {old} falls silent"
        case Kind.STOP:
            return f"{old} says that it goes"
        case Kind.LINK:
            return f"{old} is cut off" if _router(table, old).tracks_link else f"{old} is cut off and does not notice"
    router = _router(table, old)
    fault = fault_of(table, router, situation)
    if fault is not None:
        return f"{old} goes to FAULT by {fault}"
    return f"{old} drops to {_priority(table, old, situation)}"
