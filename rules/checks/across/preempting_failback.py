"""XN012: the VIP goes back to a node that may not be ready."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import highest, place_of

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member


def _waits(member: Member) -> bool:
    """Whether anything keeps a node that comes back from taking the VIP at once, or may do so."""
    instance, config = member.instance, member.node.keepalived
    if config is None or not config.complete or instance.nopreempt is not None or instance.effective_preempt_delay:
        return True
    if config.global_defs.get("vrrp_startup_delay") is not None:
        return True
    group = config.sync_group_of(instance)
    trackers = [*instance.trackers, *(group.trackers if group is not None else ())]
    return any(tracker.kind != "interface" for tracker in trackers)


@rule("XN012", "preempting-failback", Severity.INFO, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """After a repair the VIP goes back to its usual node as soon as keepalived runs there, ready or not.

    Why it hurts: the node with the highest priority takes the VIP back about three adverts after its keepalived has
    started (measured with 2.2.7: 3.5 s after power on). At boot haproxy may not run yet, or have no server that it
    knows to be up: the API is interrupted a second time.

    How to fix: track haproxy on every node with weight 0, so that a node without it stays in FAULT; or write `state
    BACKUP` with `preempt_delay 60` on the usual node, or with `nopreempt` on all nodes.

    Silent when: the node tracks a script, process or file, which holds it back until it succeeds, or has `nopreempt`,
    `preempt_delay` or `vrrp_startup_delay`. That the VIP moves back at all is what most want, and not reported. It is
    said once, for the first virtual router.
    """
    for group in fleet.vrrp_groups:
        member = highest(group)
        if member is None or _waits(member):
            continue
        name = member.node.name
        yield Hit(
            place_of(member, "priority"),
            f"{name} takes {group.label} back as soon as its keepalived has started, whether haproxy is ready or not",
            help="track haproxy with a vrrp_track_process of weight 0 on every node, or write 'state BACKUP' and "
            f"'preempt_delay 60' on {name}",
            note=f"{name}: the highest priority, and no check",
            related=[
                Related(place_of(m, "priority"), f"{m.node.name}: loses it again", m.node.name)
                for m in group
                if m is not member
            ],
            node=name,
        )
        return
