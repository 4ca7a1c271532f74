"""KA036: weights that keepalived ignores."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.weights import tracked, weight_span, weighted_instances

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Tracker, VrrpInstance
    from parsers.source import Span
    from rules.failover.alone import Ignored


def _hit(config: KeepalivedConfig, instance: VrrpInstance, found: Ignored, still_checked: bool) -> Hit:
    tracker = found.tracker
    related: list[tuple[Span, str]] = []
    if found.group:
        group = config.sync_group_of(instance)
        cause = (
            f"vrrp_instance '{instance.title}' is in sync group '{found.group}', and keepalived ignores what a member "
            "tracks with a weight"
        )
        fix = (
            f"write 'weight 0', move the line to a track_{tracker.kind} block of the sync group, or add "
            "'sync_group_tracking_weight' to the group"
        )
        related = [(group.name.span, "a member of this group")] if group is not None else []
    else:
        cause = f"vrrp_instance '{instance.title}' has priority 255, the address owner's, which a weight can't lower"
        fix = "write 'weight 0', or give the instance a priority from 1 to 254"
        value = instance.priority or instance.state
        related = [(value.span, "this makes the priority 255")] if value is not None else []
    outcome = "" if still_checked else ": the VIP stays when the check fails"
    return Hit(
        weight_span(config, tracker),
        f"'weight {found.weight}' of {tracked(tracker)} has no effect: {cause}{outcome}",
        help=fix,
        note="ignored",
        related=related,
        severity=Severity.WARNING if still_checked else None,
        fix=partial(_fix, config, tracker),
    )


def _fix(config: KeepalivedConfig, tracker: Tracker) -> Fix | None:
    from rules.support.keepalived.fixing import weightless

    return weightless(config, [tracker])


@rule(
    "KA036",
    "weighted-check-ignored",
    Severity.ERROR,
    Scope.KEEPALIVED,
    words=("weight", "track_file", "track_process", "track_bfd"),
)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A check has a weight where keepalived ignores weights.

    Why it hurts: a member of a `vrrp_sync_group` loses its scripts, files and BFD sessions that have a weight, and an
    instance with priority 255 (also `state MASTER` without a priority) keeps 255 whatever fails (measured with
    keepalived 2.2.7). Whether or not the check runs, the VIP stays where haproxy is dead.

    How to fix: write `weight 0`, with which a failing check puts the instance in FAULT, everywhere. In a sync group a
    weight works in the group's own track block, or with `sync_group_tracking_weight`; an address owner needs a priority
    below 255.

    Silent when: the weight, the priority or the group comes from a variable; nothing defines what is tracked (KA005).
    If another check with weight 0 still works it is a warning.
    """
    for instance, _ in weighted_instances(config):
        if not config.sync_groups and instance.effective_priority != 255:
            continue
        from rules.failover.alone import ignored, releases_vip, router_alone

        router = router_alone(config, instance)
        still_checked = router is not None and releases_vip(router.checks)
        for found in ignored(config, instance):
            yield _hit(config, instance, found, still_checked)
