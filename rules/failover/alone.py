"""What one keepalived.conf by itself shows about its weights: what holds whatever is on the other nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import NodeFiles
from rules.failover.model import RESIGNING, Check, Router, Seconds, Subject
from rules.failover.vrrp.protocol import HIGHEST, OWNER, effective_priority
from rules.failover.vrrp.tracking import UnknownError, checks_of, is_dropped
from rules.fleet.node import Node

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Tracker, VrrpInstance


class Priorities(NamedTuple):
    """The priorities of a router while haproxy answers and while it does not; everything else is healthy."""

    healthy: int
    failing: int


class Ignored(NamedTuple):
    """A tracker whose weight has no effect: ignored because of the sync group of this name, or ("") of priority 255."""

    tracker: Tracker
    weight: int
    group: str


def router_alone(config: KeepalivedConfig, instance: VrrpInstance) -> Router | None:
    """An instance as far as its own file describes it; None if something is not known."""
    priority, version = instance.effective_priority, instance.effective_version
    advert, family = instance.effective_advert_int, instance.family
    if not config.complete or priority is None or version is None or advert is None or family is None:
        return None
    try:
        checks = tuple(checks_of(Node(NodeFiles("", (), (config.path,)), None, config), config, instance))
    except UnknownError:
        return None
    return Router(
        node="",
        instance=instance.name.raw,
        interface="",
        vrid=0,
        family=family,
        version=version,
        priority=priority,
        advert=advert,
        missed=instance.effective_down_timer_adverts,
        nopreempt=instance.effective_nopreempt and _is_certain(instance),
        checks=checks,
    )


def _is_certain(instance: VrrpInstance) -> bool:
    """Whether the lines that nopreempt depends on apply on every node."""
    lines = (instance.nopreempt, instance.preempt, instance.state)
    return all(line is None or line.certain for line in lines)


def haproxy_checks(checks: Sequence[Check]) -> list[Check]:
    """The checks that fail when haproxy is dead."""
    return [check for check in checks if check.subject is Subject.HAPROXY]


def is_lowering(check: Check) -> bool:
    """Whether a check lowers the priority through its weight; for a tracked file that depends on the number in it."""
    return check.weight != 0 and check.kind != "file"


def releases_vip(checks: Sequence[Check]) -> bool:
    """Whether a dead haproxy puts the router in FAULT: then nothing depends on weights."""
    return any(check.weight == 0 and not check.reverse for check in haproxy_checks(checks))


def priorities_of(router: Router) -> Priorities:
    """The router's priorities, with the weights of everything that it tracks."""
    dead = {check.key for check in haproxy_checks(router.checks)}
    always = {check.key for check in router.checks if check.subject is Subject.ALWAYS}

    def priority(bad: set[object]) -> int:
        failing = [check.key in bad or check.key in always for check in router.checks]
        return effective_priority(router, failing, [int(check.key in bad) for check in router.checks])

    return Priorities(priority(set()), priority(set(dead)))


def never_lowered(router: Router) -> Priorities | None:
    """The priorities of a router that stays at the highest one with haproxy dead; None for all others.

    No other router can then be above it: KA036 reports 255, and the VIP does not move on a tie.
    """
    weighted = [check for check in haproxy_checks(router.checks) if is_lowering(check)]
    if router.owner or not weighted or releases_vip(router.checks):
        return None
    found = priorities_of(router)
    return found if found.failing == HIGHEST else None


def blocked_by_nopreempt(router: Router) -> Iterator[Check]:
    """The weighted checks that have no effect because of the router's own nopreempt: it does not replace a lowered
    master.

    Not those next to a check of weight 0 that tracks the same thing: that one puts the master in FAULT.
    """
    if not router.nopreempt:
        return
    faults = {(c.subject, c.about) for c in router.checks if c.weight == 0 and not c.reverse}
    for check in router.checks:
        idle = check.subject in (Subject.NOTHING, Subject.ALWAYS)
        if is_lowering(check) and not idle and (check.subject, check.about) not in faults:
            yield check


class Speed(NamedTuple):
    """The time from a dead haproxy to the address on a peer with the same priority and timers, with a weight and
    without.
    """

    weighted: Seconds
    weightless: Seconds


def speed_of(router: Router, check: Check) -> Speed:
    """How long it takes until the VIP has moved: the peer waits out a lowered master, while one in FAULT announces it.

    The peer waits a down interval since the last advert that it accepted, or only its skew after a priority 0 advert
    (RFC 3768 section 6.4.2, RFC 5798 likewise).
    """
    whole = router.down_interval(router.priority, router.advert)
    skew = router.skew(router.priority, router.advert)
    return Speed(
        check.trip.plus(Seconds(whole - router.advert, whole)), check.trip.plus(RESIGNING).plus(Seconds(skew, skew))
    )


def slow_check(router: Router) -> Check | None:
    """The check that moves the VIP first when haproxy dies, if it does so through a weight; otherwise None."""
    checks = haproxy_checks(router.checks)
    if router.owner or router.nopreempt or releases_vip(router.checks) or any(check.reverse for check in checks):
        return None
    timed = [check for check in checks if check.weight and check.kind in ("script", "process")]
    return min(timed, key=lambda check: check.trip) if timed and never_lowered(router) is None else None


def ignored(config: KeepalivedConfig, instance: VrrpInstance) -> Iterator[Ignored]:
    """The trackers of an instance whose weights keepalived ignores, if that is certain."""
    if not config.complete:
        return
    group = config.sync_group_of(instance)
    owner = instance.effective_priority == OWNER
    own = instance.trackers
    for tracker in (*own, *(group.trackers if group is not None and owner else ())):
        weight = config.tracker_weight(tracker)
        item = config.definition(tracker)
        user = instance if tracker in own or group is None else group
        if not weight or tracker.lost or not tracker.certain:
            continue
        if tracker.kind != "interface" and (item is None or not config.defined_before(item, user)):
            continue
        if tracker in own and group is not None and is_dropped(tracker.kind, weight, group):
            yield Ignored(tracker, weight, group.title)
        elif owner:
            yield Ignored(tracker, weight, "")
