"""KA002: a weight that leaves the highest priority at the top."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.weights import tracked, weight_span, weighted_instances

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig


@rule("KA002", "check-weight-cannot-fail-over", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A node stays at 254, the highest priority a weight can lead to, even while its check of haproxy fails.

    Why it hurts: keepalived keeps the sum of priority and weights from 1 to 254 (measured with 2.2.7), so a positive
    weight on top of 254 adds nothing that could be lost. No other node can stand above 254, and a tie moves
    nothing: when haproxy dies, the VIP stays, whatever the other nodes' files say.

    How to fix: write `weight 0`, with which a failing check makes the node give the VIP up.

    Silent when: the node falls below 254: whether that is far enough, the other nodes tell (XN001). Also when a check
    of weight 0 looks at haproxy too, the priority is 255 (KA036), or a value comes from a variable.
    """
    for instance, _ in weighted_instances(config):
        from rules.failover.alone import haproxy_checks, never_lowered, router_alone, tracker_of

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
            f"{found.healthy} while the check succeeds and {found.failing} while it fails: no node can stand above "
            "that, and the VIP stays",
            help="write 'weight 0', with which a failing check makes the node give the VIP up",
            note=f"{found.failing} with the check failing",
            related=[(priority.span, f"priority {router.priority}")] if priority is not None else [],
        )
