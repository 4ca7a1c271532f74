"""XN001: weights and priorities with which the VIP stays on a node whose check fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import place_of
from rules.support.keepalived.weights import DEFINED_BY, has_weights, weight_span
from rules.text.wording import clipped, counted, listed

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.failover.ladder import Broken, Ladder
    from rules.failover.model import Check, Router
    from rules.fleet.fleet import Fleet


def _place(router: Router, checks: Sequence[Check]) -> Span | None:
    """The weight of the first of a router's checks, or else its priority."""
    from rules.failover.vrrp.tracking import tracker_of

    member = router.member
    if member is None or member.node.keepalived is None:
        return None
    for item in checks:
        tracker = tracker_of(member.node.keepalived, member.instance, item)
        if item.weight and tracker is not None:
            return weight_span(member.node.keepalived, tracker)
    return place_of(member, "priority")


def _outcome(broken: Broken) -> str:
    """Which node holds the VIP then, and by which priorities."""
    from rules.failover.alone import priorities_of

    owner, healthy = broken.owner, broken.healthy
    what = f"VIP {broken.vip}" if broken.vip else f"vrrp_instance '{clipped(healthy.instance)}'"
    holds = f"{owner.node} holds {what} although {healthy.node} is healthy"
    mine, theirs = priorities_of(owner), priorities_of(healthy).healthy
    before, after = mine
    change = f"drops from {before} to {after}" if after < before else f"goes from {before} to {after}"
    text = f"{holds}: {owner.node} {change}"
    if theirs == after:
        return f"{text}, and {healthy.node} has {theirs} too: the VIP does not move on a tie"
    if theirs < after:
        return f"{text}, and {healthy.node} has only {theirs}"
    if healthy.nopreempt:
        return f"{text}, and {healthy.node} has {theirs}, but with 'nopreempt' it does not replace a running master"
    reason = (
        "another instance in its sync group prevents it from taking over" if healthy.sync else "it does not take over"
    )
    return f"{text}, and {healthy.node} has {theirs}, but {reason}"


def _assumed(routers: Sequence[Router]) -> str:
    """What is assumed about the checks, as a clause."""
    from rules.failover.alone import haproxy_checks

    names = [
        f"{DEFINED_BY[check.kind]} '{check.key.name}'"
        for router in routers
        for check in haproxy_checks(router.checks)
        if check.assumed
    ]
    return f" ({listed(dict.fromkeys(names))} assumed to check haproxy)" if names else ""


def _hit(broken: Broken, routers: Sequence[Router], change: str) -> Hit | None:
    from rules.failover.alone import haproxy_checks

    at = broken.owner
    span = _place(at, haproxy_checks(at.checks))
    if span is None:
        return None
    what = "the check of" if len(broken.failing) == 1 else "the checks of"
    more = f"; {counted(broken.more, 'other case')} ends like this" if broken.more == 1 else ""
    more = more or (f"; {counted(broken.more, 'other case')} end like this" if broken.more else "")
    verb = "fails" if len(broken.failing) == 1 else "fail"
    return Hit(
        span,
        f"when {what} {listed(broken.failing)} {verb}, {_outcome(broken)}{more}{_assumed(routers)}",
        help=change,
        note=f"{at.node}: not enough",
        related=[
            Related(place_of(r.member, "priority"), f"{r.node}: priority {r.priority}", r.node)
            for r in (at, *(r for r in routers if r is not at))
            if r.member is not None
        ],
        node=at.node,
    )


@rule("XN001", "failover-ladder-broken", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """With some set of failing checks, a node whose check fails holds the VIP although another node is healthy.

    Why it hurts: a `weight` only changes the priority. Unless it is larger than the difference between the highest and
    the lowest priority, a node without haproxy can stay above, or level with, a node that works, and the VIP does not
    move on a tie. With three nodes a weight that is right for each pair can still be wrong: 101, 100 and 99 with
    `weight -2` work until two checks fail (measured with keepalived 2.2.7). Every set of failing checks is computed,
    for up to six nodes.

    How to fix: the help names a change that makes every set work: usually a weight larger than the highest priority
    minus the lowest, or `weight 0`, with which a node whose check fails releases the VIP.

    Silent when: something that the outcome depends on is not known, no check of the node concerns haproxy (KA006), or a
    rule on one node reports the cause: KA002, KA003, KA036, KA052. What a script file does is not known: unless
    something shows otherwise, it is assumed to check haproxy, and the message mentions that. The numbers in a
    `track_file` are not read.
    """
    if not any(node.keepalived is not None and has_weights(node.keepalived) for node in fleet.nodes):
        return
    from rules.failover.ladder import broken_ladders

    for found in broken_ladders(fleet):
        hit = _hit(found.broken, found.world.own, found.fix)
        if hit is not None:
            hit.fix = partial(_fix, found)
            yield hit


def _fix(found: Ladder) -> Fix | None:
    """The change that the help names; None where it is about more than weights and `nopreempt`."""
    from rules.failover.vrrp.tracking import tracker_of
    from rules.support.keepalived.fixing import together, weighing

    changes: list[Fix | None] = []
    for old, new in zip(found.world.own, found.after, strict=bool(found.after)):
        member = old.member
        if member is None or member.node.keepalived is None:
            return None
        if old.nopreempt and not new.nopreempt:
            line = member.instance.nopreempt
            changes.append(Fix.remove(line.directive.span, safe=False) if line is not None else None)
        for before, after in zip(old.checks, new.checks, strict=True):
            if before.reverse != after.reverse:
                return None
            if before.weight != after.weight:
                tracker = tracker_of(member.node.keepalived, member.instance, before)
                changes.append(weighing(member.node.keepalived, tracker, after.weight) if tracker is not None else None)
    return together(changes, found.fix.partition(" (")[0])
