"""XN002: one virtual router, several virtual_router_ids."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import disagreement, place_of, setting_on

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member


def _vrid(member: Member) -> int | None:
    value = member.instance.virtual_router_id
    return value.value if value is not None and value.known else None


@rule("XN002", "vrid-mismatch", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The nodes of one virtual router have different `virtual_router_id`s.

    Why it hurts: a node ignores adverts with another VRID, so every node believes that it is alone and becomes MASTER:
    all of them hold the VIP, permanently. Nothing is logged (keepalived 2.2.7, unless `log_unknown_vrids` is set), and
    `keepalived -t` accepts each file.

    How to fix: give all nodes the same number, one that no other virtual router on the network uses.

    Silent when: nothing shows that the instances belong together (no common VIP, no peering, no common name), since
    another cluster should have its own VRID; and for numbers that depend on a variable.
    """
    for group in fleet.vrrp_groups:
        differ = disagreement(group, _vrid)
        if differ is None:
            continue
        odd, usual = differ.odd[0], differ.rest[0].value
        yield Hit(
            place_of(odd.member, "virtual_router_id"),
            f"virtual_router_id differs for {group.label}: {differ.values(lambda r: str(r.value))}; "
            "every node becomes MASTER and holds the VIP",
            help=f"write 'virtual_router_id {usual}' on every node",
            note=f"{odd.member.node.name}: {odd.value}",
            related=differ.related(
                lambda m: place_of(m, "virtual_router_id"), lambda r: f"{r.member.node.name}: {r.value}"
            ),
            fix=partial(setting_on, [reading.member for reading in differ.odd], f"virtual_router_id {usual}"),
            node=odd.member.node.name,
        )
