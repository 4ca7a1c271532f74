"""KA002: a weight that leaves the priority at its maximum."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.weights import tracked, weight_span, weighted_instances

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Tracker


@rule(
    "KA002",
    "check-weight-cannot-fail-over",
    Severity.ERROR,
    Scope.KEEPALIVED,
    words=("weight", "track_file", "track_process", "track_bfd"),
)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A node stays at 254, the highest priority a weight can produce, even while its check of haproxy fails.

    Why it hurts: keepalived limits the sum of priority and weights to 1-254 (measured with 2.2.7), so a positive weight
    on top of 254 adds nothing that a failing check could take away. No other node can be above 254, and the VIP does
    not move on a tie: when haproxy dies, the VIP stays, whatever the other nodes' files say.

    How to fix: write `weight 0`, with which a node whose check fails releases the VIP.

    Silent when: the node drops below 254: whether that is far enough depends on the other nodes (XN001). Also when a
    check with weight 0 tracks haproxy too, the priority is 255 (KA036), or a value comes from a variable.
    """
    for instance, _ in weighted_instances(config):
        from rules.failover.alone import haproxy_checks, never_lowered, router_alone
        from rules.failover.vrrp.tracking import tracker_of

        router = router_alone(config, instance)
        found = never_lowered(router) if router is not None else None
        if router is None or found is None:
            continue
        weighted = [item for item in haproxy_checks(router.checks) if item.weight]
        trackers = [t for item in weighted if (t := tracker_of(config, instance, item)) is not None]
        if not trackers:
            continue
        first = trackers[0]
        priority = instance.priority
        yield Hit(
            weight_span(config, first),
            f"with 'weight {weighted[0].weight}' of {tracked(first)}, vrrp_instance '{instance.title}' has priority "
            f"{found.healthy} while the check succeeds and {found.failing} while it fails: no node can be above that, "
            "so the VIP stays",
            help="write 'weight 0', with which a node whose check fails releases the VIP",
            note=f"{found.failing} while the check fails",
            fix=partial(_fix, config, trackers),
            related=[(priority.span, f"priority {router.priority}")] if priority is not None else [],
        )


def _fix(config: KeepalivedConfig, trackers: list[Tracker]) -> Fix | None:
    from rules.support.keepalived.fixing import weightless

    return weightless(config, trackers)
