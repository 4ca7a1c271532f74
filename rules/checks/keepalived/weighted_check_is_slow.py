"""KA050: how much longer a weight takes than weight 0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.weights import tracked, weight_span, weighted_instances

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from rules.failover.model import Seconds


def _shown(time: Seconds) -> str:
    return f"{time.low:.1f} to {time.high:.1f} s"


@rule(
    "KA050",
    "weighted-check-is-slow",
    Severity.INFO,
    Scope.KEEPALIVED,
    words=("weight", "track_file", "track_process", "track_bfd"),
)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """The check of haproxy moves the VIP through a weight, which takes nearly a down interval longer than weight 0.

    Why it hurts: a master lowered by a weight continues to send adverts. The other node ignores them and waits as long
    as for a dead machine: three adverts and its skew. With `weight 0` the master goes to FAULT and announces it: the
    other node waits only for its skew (measured with keepalived 2.2.7: 6.7 s against 2.8 s for the same check).

    How to fix: nothing has to be fixed. `weight 0` is faster, but then no node holds the VIP while the checks of all
    nodes fail; a `vrrp_track_process` with weight 0 next to the weighted script is fast and keeps the VIP when scripts
    fail.

    Silent when: a check with weight 0 tracks haproxy too, or the weight has no effect (KA002, KA003, KA036). The
    seconds are for a peer with the same priority and timers: with an `advert_int` of 1 its priority changes them by
    less than a second. A file is told once, and so are nodes with the same line.
    """
    places: list[Related] = []
    first: Hit | None = None
    for instance, _ in weighted_instances(config):
        from rules.failover.alone import router_alone, slow_check, speed_of
        from rules.failover.vrrp.tracking import tracker_of

        router = router_alone(config, instance)
        item = slow_check(router) if router is not None else None
        tracker = tracker_of(config, instance, item) if item is not None else None
        if router is None or item is None or tracker is None:
            continue
        span = weight_span(config, tracker)
        if first is None:
            speed = speed_of(router, item)
            first = Hit(
                span,
                f"when {tracked(tracker)} fails, 'weight {item.weight}' takes {_shown(speed.weighted)} to move the "
                f"VIP, where 'weight 0' takes {_shown(speed.weightless)} (to a node of priority {router.priority})",
                help="write 'weight 0' if the VIP should move sooner; no node then holds it while all nodes' checks "
                "fail",
                note="the peers wait out a lowered master",
            )
        elif span != first.span:
            places.append(Related(span, "so does this one"))
    if first is not None:
        first.related = tuple(dict.fromkeys(places))
        yield first
