"""XN022: a node whose keepalived does not run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node


def _outcome(fleet: Fleet, node: Node, refused: Sequence[str]) -> str:
    """What becomes of the first VIP that the node should share."""
    for group in fleet.vrrp_groups:
        names = [member.node.name for member in group]
        if node.name not in names:
            continue
        running = [name for name in names if name not in refused]
        if not running:
            return f"no node of {listed(names)} runs it, and nobody has {group.label}"
        if len(running) == 1:
            return f"{node.name} is no partner, and nobody has {group.label} when {running[0]} dies"
        return f"{node.name} is no partner of {listed(running)} and never has {group.label}"
    return f"{node.name} never has a VIP"


@rule("XN022", "config-refused-on-one-node", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """A node's file is refused by keepalived, which ends: the others have one partner fewer, or none.

    Why it hurts: all seems well as long as another node has the VIP. When that one dies nobody takes over, as no
    keepalived runs here: it ends at the start with status 2 (measured with 2.2.7).

    How to fix: correct the place that is named; `keepalived -t -f FILE` on the node then has nothing to say of it.

    Silent when: an include could not be read, a template or a condition is open, or only the machine itself knows:
    whether an interface exists is not in the file.
    """
    configs = [(node, node.keepalived) for node in fleet.nodes if node.keepalived is not None]
    if len(configs) < 2:
        return
    from rules.failover.vrrp.refusals import refusal_of

    found = [(node, refusal) for node, config in configs if (refusal := refusal_of(config)) is not None]
    names = [node.name for node, _ in found]
    for node, refusal in found:
        yield Hit(
            refusal.span,
            f"keepalived on {node.name} does not run with this file: {refusal.reason}; {_outcome(fleet, node, names)}",
            help="correct it, and see that 'keepalived -t' accepts the file before the node is counted on",
            note="refused",
            node=node.name,
        )
