"""XN018: a cluster with one load balancer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet


@rule("XN018", "single-lb-node", Severity.WARNING, Scope.GIVEN)
def check(fleet: Fleet) -> Iterator[Hit]:
    """halb.toml lists one load balancer.

    Why it hurts: VRRP moves the VIP between machines, and here is no other: when this one dies the API is gone.

    How to fix: set up a second load balancer, and add it to halb.toml as another `[[lb]]`.

    Silent when: there is no halb.toml with `[[lb]]` tables: a file that is given alone says nothing of the others.
    """
    if len(fleet.addresses) != 1:
        return
    (name,) = fleet.addresses
    for node in fleet.nodes:
        instances = node.keepalived.instances if node.keepalived is not None and node.name == name else []
        for instance in instances[:1]:
            yield Hit(
                instance.name.span,
                f"{name} is the only load balancer in halb.toml: no machine takes over when it dies",
                help="set up a second load balancer, and add it to halb.toml as another [[lb]]",
                note="alone",
                node=name,
            )
