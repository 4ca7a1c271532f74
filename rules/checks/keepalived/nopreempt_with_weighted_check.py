"""KA003: nopreempt, and a check with a weight."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.weights import tracked, weight_span, weighted_instances

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Tracker


@rule("KA003", "nopreempt-with-weighted-check", Severity.ERROR, Scope.KEEPALIVED, words=("nopreempt",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`nopreempt` together with a check that only lowers the priority.

    Why it hurts: with `nopreempt` a node does not replace a running master, however low its priority (measured with
    keepalived 2.2.7). A `weight` lowers a master but keeps it running: when haproxy dies there, this node does not take
    over, and the VIP stays where nothing answers.

    How to fix: write `weight 0`: a failing check then puts the master in FAULT, it releases the VIP, and `nopreempt`
    still keeps the VIP where it is afterwards. Or remove `nopreempt` on every node.

    Silent when: a check with weight 0 tracks the same thing, keepalived clears nopreempt (KA012), or the state,
    nopreempt or a weight is conditional or comes from a variable.
    """
    for instance, _ in weighted_instances(config):
        nopreempt = instance.nopreempt
        if nopreempt is None or not instance.effective_nopreempt:
            continue
        from rules.failover.alone import blocked_by_nopreempt, router_alone
        from rules.failover.vrrp.tracking import tracker_of

        router = router_alone(config, instance)
        weighted = [
            tracker
            for item in (blocked_by_nopreempt(router) if router is not None else ())
            if (tracker := tracker_of(config, instance, item)) is not None
        ]
        if not weighted:
            continue
        first = weighted[0]
        yield Hit(
            nopreempt.directive.span,
            f"with 'nopreempt' vrrp_instance '{instance.title}' does not replace a running master, and 'weight "
            f"{config.tracker_weight(first)}' of {tracked(first)} only lowers a master: this node never takes over "
            "from one whose check fails",
            help=f"write 'weight 0' instead of 'weight {config.tracker_weight(first)}' in line "
            f"{weight_span(config, first).line}, with which a master whose check fails releases the VIP, or remove "
            "'nopreempt'",
            note="a running master is not replaced",
            fix=partial(_fix, config, weighted),
            related=[
                (weight_span(config, tracker), "it lowers the master, but keeps it running") for tracker in weighted
            ],
        )


def _fix(config: KeepalivedConfig, trackers: list[Tracker]) -> Fix | None:
    from rules.support.keepalived.fixing import weightless

    return weightless(config, trackers)
