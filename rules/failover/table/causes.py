"""What is to blame for a row of the table that is not as it should be, as data: for the finding about it."""

from __future__ import annotations

from enum import StrEnum
from itertools import combinations

from parsers.records import NamedTuple
from rules.failover.model import Router, Situation, Subject
from rules.failover.table.contest import Contest
from rules.failover.table.events import EventKind, Events
from rules.failover.table.verdicts import Aftermath, Outcome, Verdict, failing_owner
from rules.failover.vrrp.protocol import bits, contribution


class CauseKind(StrEnum):
    """The kinds of causes; those of a split brain up to `UNHEARD` are the words of `vrrp.protocol.rejection`."""

    VRID = "vrid"
    VERSION = "version"
    SOURCE = "source"
    AUTHENTICATION = "authentication"
    ADVERT_INT = "advert_int"
    ADDRESSES = "addresses"
    UNHEARD = "unheard"
    GROUP = "multicast group"
    """They send to different multicast groups."""
    REFUSED = "refused"
    """keepalived does not run the file."""
    OWN_ADDRESS = "own address"
    """A VIP is the address that the node sends from."""
    FOREIGN_SOURCE = "source of another"
    """The address that the node sends from is another machine's."""
    FAULT = "fault"
    """A check keeps a node in FAULT that could serve."""
    NO_CHECK = "no check"
    """No check fails when haproxy dies."""
    HIGHEST = "priority 255"
    WEIGHT = "weight"
    """The checks of haproxy don't lower the priority enough."""
    NOPREEMPT = "nopreempt"
    OTHER = "other"


class Cause(NamedTuple):
    """What is to blame: the routers that it is about, the one to change first."""

    kind: CauseKind
    routers: tuple[Router, ...]


def cause_of(contest: Contest, events: Events, outcome: Outcome, condition: Aftermath) -> Cause:
    """The cause of an outcome that is a fault (`Verdict.fault`)."""
    if outcome.verdict is Verdict.SPLIT_BRAIN:
        return _of_split(contest, events, outcome, condition)
    if outcome.verdict is Verdict.NO_OWNER:
        return _of_nobody(contest, events, outcome, condition)
    return _of_failing(contest, events, outcome, condition)


def _of_split(contest: Contest, events: Events, outcome: Outcome, condition: Aftermath) -> Cause:
    masters = [node for node in outcome.owners if node in condition.heard]
    pairs = list(combinations((contest.index(contest.router(node)) for node in masters), 2))
    if outcome.flaps:
        silenced_by = contest.protocol.moment(contest.change(events).after).silenced_by
        pairs += [(x, y) for x, mask in enumerate(silenced_by) for y in bits(mask)]
    rejections, routers = contest.protocol.rejections, contest.protocol.routers
    for a, b in pairs:
        # The one with the lower priority should give way, and does not.
        low, high = sorted((a, b), key=lambda index: routers[index].priority)
        if reason := rejections[low][high] or rejections[high][low]:
            x, y = routers[low], routers[high]
            if reason == "unheard" and x.segment == y.segment and x.multicast_group != y.multicast_group:
                return Cause(CauseKind.GROUP, (x, y))
            foreign = reason == "unheard" and (x.homeless or y.homeless)
            return Cause(CauseKind.FOREIGN_SOURCE if foreign else CauseKind(reason), (x, y))
    return Cause(CauseKind.OTHER, tuple(contest.router(node) for node in masters) or contest.own)


def _of_nobody(contest: Contest, events: Events, outcome: Outcome, condition: Aftermath) -> Cause:
    left = [router for router in contest.own if router.node in condition.able | condition.idle]
    situation = contest.change(events).after
    hurt = {event.node for event in events if event.kind is not EventKind.PARTITION}
    for kind, blamed in (
        (CauseKind.REFUSED, [router for router in left if router.refused]),
        (CauseKind.OWN_ADDRESS, [router for router in left if router.source in router.vips]),
        (CauseKind.FOREIGN_SOURCE, [router for router in left if router.homeless]),
        (CauseKind.FAULT, [r for r in left if r.node not in hurt and not _is_eligible(contest, r, situation)]),
    ):
        if blamed:
            return Cause(kind, tuple(blamed))
    if condition.idle:
        # Nodes of the same virtual router that do not list the address.
        return Cause(CauseKind.ADDRESSES, contest.own)
    return Cause(CauseKind.OTHER, tuple(left) or contest.own)


def _is_eligible(contest: Contest, router: Router, situation: Situation) -> bool:
    return bool(contest.protocol.moment(situation).eligible >> contest.unit(router.node) & 1)


def _of_failing(contest: Contest, events: Events, outcome: Outcome, condition: Aftermath) -> Cause:
    owner = failing_owner(outcome, condition)
    router = contest.router(owner)
    others = tuple(r for r in contest.own if r.node in condition.able)
    involved = (router, *others)
    checks = [check for check in router.checks if check.subject is Subject.HAPROXY]
    if not checks:
        return Cause(CauseKind.NO_CHECK, (router,))
    if router.owner:
        return Cause(CauseKind.HIGHEST, involved)
    situation = contest.change(events).after
    now = contest.priority(owner, situation)
    idle = not any(contribution(c, True, 1) != contribution(c, False, 0) or c.weight == 0 for c in checks)
    if not idle and any(contest.priority(r.node, situation) > now and r.nopreempt for r in others):
        return Cause(CauseKind.NOPREEMPT, involved)
    return Cause(CauseKind.WEIGHT, involved)
