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
    """What happens to the first VIP that the node should share."""
    for group in fleet.vrrp_groups:
        names = [member.node.name for member in group]
        if node.name not in names:
            continue
        running = [name for name in names if name not in refused]
        if not running:
            return f"it runs on none of {listed(names)}, and no node holds {group.label}"
        if len(running) == 1:
            return f"{node.name} is no backup, and no node holds {group.label} when {running[0]} dies"
        return f"{node.name} is no backup for {listed(running)} and never holds {group.label}"
    return f"{node.name} never holds a VIP"


@rule("XN022", "config-refused-on-one-node", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """A node's file is refused by keepalived, which exits: the other nodes have one backup fewer, or none.

    Why it hurts: all looks fine as long as another node holds the VIP. When that one dies, this node does not take
    over, because keepalived exits with status 2 at startup (measured with 2.2.7).

    How to fix: fix the place that the message names, and check with `keepalived -t -f FILE` on the node.

    Silent when: an include could not be read, a template or a condition is unresolved, or only the machine itself
    knows: whether an interface exists is not in the file.
    """
    configs = [(node, node.keepalived) for node in fleet.nodes if node.keepalived is not None]
    if len(configs) < 2:
        return
    from rules.failover.vrrp.refusals import refusal_of

    found = [
        (node, refusal)
        for node, config in configs
        if (refusal := refusal_of(config, fleet.keepalived_version)) is not None
    ]
    names = [node.name for node, _ in found]
    for node, refusal in found:
        yield Hit(
            refusal.span,
            f"keepalived on {node.name} does not run with this file: {refusal.reason}; {_outcome(fleet, node, names)}",
            help="fix it, and make sure that 'keepalived -t' accepts the file before relying on the node",
            note="refused",
            node=node.name,
        )
