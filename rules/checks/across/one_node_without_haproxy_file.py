"""XN105: load balancers of one VIP, one of them without a haproxy.cfg."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet


@rule("XN105", "one-node-without-haproxy-file", Severity.WARNING, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """A node shares a VIP with nodes that have a haproxy configuration, and none was given for it.

    Why it hurts: when the VIP moves to a node on which haproxy does not run, or runs with another configuration, every
    connection fails. Without the file nothing could be compared.

    How to fix: lint the node's haproxy.cfg together with the others; or install haproxy there; or take the node out of
    the virtual router.

    Silent when: no node of the virtual router has a haproxy configuration, as where the VIP is on the control-plane
    nodes themselves.
    """
    reported: set[str] = set()
    for group in fleet.vrrp_groups:
        having = [member for member in group if member.node.haproxy is not None]
        for member in group:
            if member.node.haproxy is not None or not having or member.node.name in reported:
                continue
            reported.add(member.node.name)
            yield Hit(
                member.instance.name.span,
                f"{member.node.name} can have the {group.label}, but no haproxy.cfg of {member.node.name} was given; "
                f"{listed(dict.fromkeys(other.node.name for other in having))} "
                f"{'has' if len(having) == 1 else 'have'} one",
                help=f"lint the haproxy.cfg of {member.node.name} together with the others",
                related=[Related(other.instance.name.span, f"{other.node.name} has one", other.node.name)
                         for other in having],
                node=member.node.name,
            )  # fmt: skip
