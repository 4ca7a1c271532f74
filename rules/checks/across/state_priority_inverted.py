"""XN011: the node with `state MASTER` does not have the highest priority."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import place_of

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member


def _priority(member: Member) -> int:
    return member.instance.effective_priority or 0


@rule("XN011", "state-priority-inverted", Severity.WARNING, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """A node has `state MASTER`, but another node has a higher priority.

    Why it hurts: the priority decides; `state` is only how a node starts. The VIP goes to a different node from the one
    that the files call MASTER (measured with keepalived 2.2.7), and whoever reads them at night looks at the wrong
    machine.

    How to fix: give the highest priority to the node that should be MASTER, or write `state BACKUP` on all nodes and
    let the priorities decide.

    Silent when: a state or a priority depends on a variable. If the node with the higher priority has MASTER too,
    nothing goes wrong and it is an info.
    """
    for group in fleet.vrrp_groups:
        members = [member for member in group if member.instance.effective_priority is not None]
        if len(members) < 2:
            continue
        best = max(members, key=_priority)
        for member in members:
            state = member.instance.state
            if state is None or not state.certain or member.instance.initial_state != "MASTER":
                continue
            if _priority(member) >= _priority(best):
                continue
            both = best.instance.initial_state == "MASTER"
            yield Hit(
                state.span,
                f"{member.node.name} has 'state MASTER' with priority {_priority(member)}, "
                f"but {best.node.name} has {_priority(best)} and takes the VIP",
                help=f"write 'state BACKUP' here, or give {member.node.name} a priority above {_priority(best)}",
                note=f"{member.node.name}: MASTER, priority {_priority(member)}",
                related=[
                    Related(place_of(m, "priority"), f"{m.node.name}: priority {_priority(m)}", m.node.name)
                    for m in (member, best)
                ],
                severity=Severity.INFO if both else None,
                fix=partial(Fix.write, state.span, "BACKUP", "write 'state BACKUP'", safe=False),
                node=member.node.name,
            )
