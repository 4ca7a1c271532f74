"""XN010: several nodes with the same priority."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import place_of
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member, VrrpGroup


def _ties(group: VrrpGroup) -> list[tuple[int, list[Member]]]:
    """Priorities that several members have, the highest first."""
    by_priority: dict[int, list[Member]] = {}
    for member in group:
        priority = member.instance.effective_priority
        if priority is not None:
            by_priority.setdefault(priority, []).append(member)
    return [(p, members) for p, members in sorted(by_priority.items(), reverse=True) if len(members) > 1]


def _stays_put(group: VrrpGroup) -> bool:
    """Whether the nodes are configured to keep the VIP where it is, so that no order is wanted."""
    return all(member.instance.initial_state == "BACKUP" and member.instance.effective_nopreempt for member in group)


def _note(member: Member) -> str:
    written = member.instance.get("priority") is not None
    return f"{member.node.name}: {member.instance.effective_priority}{'' if written else ' by default'}"


@rule("XN010", "equal-priorities", Severity.WARNING, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """Nodes of one virtual router have the same priority.

    Why it hurts: the node that is up first keeps the VIP; if they start together it is a race, and after a partition
    heals the higher IP address wins (measured with keepalived 2.2.7). So no one can predict where the VIP is, and a
    check's weight has no order to work on. The default `priority` is 100, and 255 with `state MASTER`.

    How to fix: give each node its own priority, the highest to the node that should normally hold the VIP.

    Silent when: a priority depends on a variable. With `state BACKUP` and `nopreempt` on all nodes the VIP is meant to
    stay where it is, and a tie below the highest priority matters only when two nodes die: these are infos.
    """
    for group in fleet.vrrp_groups:
        for priority, members in _ties(group)[:1]:
            highest = all((m.instance.effective_priority or 0) <= priority for m in group)
            harmless = _stays_put(group) or not highest
            first, *others = reversed(members)
            names = listed(sorted(member.node.name for member in members))
            yield Hit(
                place_of(first, "priority"),
                f"{names} have the same priority {priority} for {group.label}: "
                "which of them holds the VIP depends on which started first",
                help="give each node its own priority, such as 110, 100 and 90",
                note=_note(first),
                related=[(place_of(m, "priority"), _note(m), m.node.name) for m in others],
                severity=Severity.INFO if harmless else None,
                node=first.node.name,
            )
