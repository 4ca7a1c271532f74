"""XN007: one virtual router, several advertisement intervals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import disagreement, place_of, setting_on
from rules.text.wording import seconds

if TYPE_CHECKING:
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member


def _interval(member: Member) -> float | None:
    return member.instance.effective_advert_int


@rule("XN007", "advert-int-mismatch", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The nodes of one virtual router have different `advert_int`s.

    Why it hurts: with VRRP version 2 a node rejects adverts that carry a different interval from its own. At first all
    looks fine; after about three of the longer intervals the second node becomes MASTER too and both hold the VIP
    (measured with keepalived 2.2.7, 1 s against 5 s). With version 3 the backups adopt the master's interval, so how
    long a takeover takes depends on which node was master: a warning.

    How to fix: set the same `advert_int` on every node. The default is 1 second.

    Silent when: an interval depends on a variable, or the versions differ (see XN008).
    """
    for group in fleet.vrrp_groups:
        versions = {member.instance.effective_version for member in group}
        differ = disagreement(group, _interval)
        if differ is None or len(versions) > 1 or None in versions:
            continue
        odd = differ.odd[0]
        outcome = (
            "each rejects the other's adverts, and both end up holding the VIP"
            if versions == {2}
            else "how long a takeover takes depends on which node was MASTER"
        )
        yield Hit(
            place_of(odd.member, "advert_int"),
            f"advert_int differs for {group.label}: {differ.values(lambda r: seconds(r.value))}; {outcome}",
            help=f"write 'advert_int {differ.rest[0].value:g}' on every node",
            note=f"{odd.member.node.name}: {seconds(odd.value)}",
            related=differ.related(
                lambda m: place_of(m, "advert_int"), lambda r: f"{r.member.node.name}: {seconds(r.value)}"
            ),
            severity=Severity.ERROR if versions == {2} else Severity.WARNING,
            fix=partial(setting_on, [r.member for r in differ.odd], f"advert_int {differ.rest[0].value:g}"),
            node=odd.member.node.name,
        )
