"""XN013: nopreempt only on nodes that another node outranks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import highest, place_of
from rules.support.keepalived.weights import has_weights
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member, VrrpGroup


def _advice(group: VrrpGroup, best: Member, held: list[str]) -> str:
    removed = f"remove 'nopreempt' from {listed(held)}"
    if any(member.node.keepalived is not None and has_weights(member.node.keepalived) for member in group):
        return removed  # with it everywhere, a lowered priority would never move the VIP (KA003)
    return f"write 'nopreempt' and 'state BACKUP' on {best.node.name} too, or {removed}"


@rule("XN013", "nopreempt-on-wrong-node", Severity.WARNING, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """`nopreempt` is on nodes with a lower priority, but not on the node with the highest.

    Why it hurts: nopreempt says "I do not take the VIP from a living master with a lower priority". The node with the
    highest priority is the one that would, so only there does it prevent the VIP from moving back after a repair.
    Without it there, the VIP moves back as if no node had nopreempt (measured with keepalived 2.2.7).

    How to fix: write `nopreempt` and `state BACKUP` on every node, or remove it from all if the VIP is meant to return
    to its usual node, or if a check has a weight, which nopreempt would disable (KA003).

    Silent when: a priority depends on a variable or a condition, two nodes share the highest priority (XN010), or
    keepalived clears nopreempt of the node with the highest priority (KA012).
    """
    for group in fleet.vrrp_groups:
        best = highest(group)
        if best is None or best.instance.nopreempt is not None:
            continue
        held = [m for m in group if m.instance.effective_nopreempt and m.instance.nopreempt is not None]
        if not held:
            continue
        first, *others = held
        assert first.instance.nopreempt is not None
        top = best.node.name
        yield Hit(
            first.instance.nopreempt.span,
            f"'nopreempt' on {first.node.name} does not keep the VIP there: {top} has the higher priority "
            f"{best.instance.effective_priority} and no 'nopreempt', and takes {group.label} back when it returns",
            help=_advice(group, best, [m.node.name for m in held]),
            note=f"{first.node.name}: priority {first.instance.effective_priority}",
            related=[
                Related(place_of(best, "priority"), f"{top}: takes the VIP back", top),
                *(
                    Related(m.instance.nopreempt.span, f"{m.node.name}: no effect either", m.node.name)
                    for m in others
                    if m.instance.nopreempt is not None
                ),
            ],
            node=first.node.name,
            fix=partial(
                Fix.remove,
                *(m.instance.nopreempt.directive.span for m in held if m.instance.nopreempt is not None),
                title=f"remove 'nopreempt' from {listed(m.node.name for m in held)}",
                safe=False,
            ),
        )
