"""XN021: adverts of routers that do not belong together, which silence a master, or from 2.3.3 on replace it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import place_of
from rules.text.wording import seconds

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.failover.model import Router
    from rules.failover.table.events import Event
    from rules.failover.unrest import Loss, Unrest
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member

_WHEN = {
    "power": "when {0} is gone, ",
    "keepalived": "when keepalived dies on {0}, ",
    "keepalived-stop": "when keepalived stops on {0}, ",
    "haproxy": "when haproxy dies on {0}, ",
    "link": "when {0} has no link, ",
}
_KEYWORD = {"version": "version", "advert_int": "advert_int", "source": "unicast_src_ip"}
_FIX = {
    "version": "write the same 'vrrp_version' on every node",
    "authentication": "write the same 'auth_type' and 'auth_pass' on every node",
    "advert_int": "write the same 'advert_int' on every node",
    "addresses": "list the same addresses in 'virtual_ipaddress' of every node",
    "source": "list the 'unicast_src_ip' of every other node in 'unicast_peer'",
}


def _cause(silenced: Router, loud: Router, reason: str) -> str:
    match reason:
        case "version":
            return f"VRRP version {loud.version} against {silenced.version}"
        case "authentication":
            return "their authentication differs"
        case "advert_int":
            return f"advert_int {seconds(loud.advert)} against {seconds(silenced.advert)}"
        case "source":
            return f"{loud.node} is not a peer of {silenced.node}"
    return "their virtual addresses differ"


def _place(member: Member, reason: str, together: bool) -> Span:
    """The setting because of which the adverts are rejected; between two clusters it is the virtual_router_id."""
    if not together:
        return place_of(member, "virtual_router_id")
    if reason == "authentication":
        value = member.instance.auth_pass or member.instance.auth_type
        return value.span if value is not None else member.instance.name.span
    if reason == "addresses":
        blocks = list(member.instance.directive.find_all("virtual_ipaddress"))
        return blocks[0].span if blocks else member.instance.name.span
    return place_of(member, _KEYWORD[reason])


def _before(event: Event | None) -> str:
    return "" if event is None else _WHEN[event.kind.value].format(event.node)


def _are_together(fleet: Fleet, a: Router, b: Router) -> bool:
    """Whether two routers are meant to be one virtual router."""
    if a.member is None or b.member is None:
        return False
    instances = {id(a.member.instance), id(b.member.instance)}
    return any(instances <= {id(member.instance) for member in group} for group in fleet.vrrp_groups)


def _other_id(vrid: int) -> str:
    return f"give one of the two clusters a virtual_router_id other than {vrid}, on all its nodes"


def _hit(fleet: Fleet, found: Unrest, loss: Loss | None) -> Hit | None:
    from rules.support.keepalived.releases import by_release

    silenced, loud, backup = found.silenced, found.loud, found.backup
    if silenced.member is None or loud.member is None or backup.member is None:
        return None
    together = _are_together(fleet, silenced, loud)
    addresses = sorted(map(str, silenced.vips)) or [silenced.instance]
    # With equal intervals, which one is silenced depends on whose adverts come first (measured: not every start flaps).
    moves = "moves" if loud.advert < silenced.advert else "can move"
    message = (
        f"{_before(found.event)}VIP {addresses[0]} {moves} back and forth: {silenced.node} rejects the adverts of "
        f"{loud.node} ({_cause(silenced, loud, found.reason)}), but they have its virtual_router_id {loud.vrid} and "
        f"keep it from sending its own; then {backup.node} takes over for a moment"
    )
    if found.reason == "addresses":
        later = "adverts with other addresses are accepted"
        if loss is not None:
            later = f"{loss.losing.node} accepts the adverts of {loss.owner.node}, and no node holds VIP {loss.vip}"
        message = by_release(fleet.keepalived_version, message, later)
    return Hit(
        _place(loud.member, found.reason, together),
        message,
        help=_FIX[found.reason] if together else _other_id(loud.vrid),
        note=f"{loud.node}: rejected by {silenced.node}",
        related=[
            Related(
                _place(silenced.member, found.reason, together), f"{silenced.node}: silenced", silenced.member.node.name
            ),
            Related(backup.member.instance.name.span, f"{backup.node}: takes over repeatedly", backup.node),
        ],
        node=loud.node,
    )


def _loss_hit(fleet: Fleet, loss: Loss) -> Hit | None:
    from rules.support.keepalived.releases import by_release

    owner, losing = loss.owner, loss.losing
    # XN003 reports the nodes of one virtual router.
    if owner.member is None or losing.member is None or _are_together(fleet, owner, losing):
        return None
    message = (
        f"no node holds VIP {loss.vip}: {losing.node} accepts the adverts of {owner.node}, which have its "
        f"virtual_router_id {owner.vrid} and other addresses, and gives way"
    )
    return Hit(
        place_of(losing.member, "virtual_router_id"),
        by_release(fleet.keepalived_version, "each node keeps its own addresses", message),
        help=_other_id(owner.vrid),
        note=f"{losing.node}: the same id as {owner.node}",
        related=[
            Related(place_of(owner.member, "virtual_router_id"), f"{owner.node}: is master instead", owner.node),
        ],
        node=losing.node,
    )


@rule("XN021", "rejected-adverts-flap", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """A master hears adverts with its own virtual_router_id that are not meant for it, and its VIP moves or is lost.

    Why it hurts: keepalived restarts its advert timer on every advert with its virtual_router_id, even one that it
    rejects. Of two masters that reject each other one falls silent; its backup waits, takes over, and steps down on the
    first advert (measured with keepalived 2.2.7: 12 to 18 moves of the VIP in 45 s, for nodes of one cluster and for
    two clusters on one network). If both have the same `advert_int` it depends on whose adverts come first, so it does
    not happen on every start. From release 2.3.3 on, adverts with other addresses are no longer rejected: of two
    clusters with one virtual_router_id one gives way, and no node holds its VIP (measured with 2.3.3 and 2.3.4).

    How to fix: make the nodes agree on what the message names, or give each cluster on the network its own
    virtual_router_id.

    Silent when: fewer than three nodes are given, every node that rejects adverts has `lower_prio_no_advert`, nothing
    shows that two clusters are on one network, or something that the outcome depends on is not known.
    """
    if sum(len(node.keepalived.instances) for node in fleet.nodes if node.keepalived is not None) < 3:
        return
    if len([node for node in fleet.nodes if node.keepalived is not None]) < 3:
        return
    from rules.failover.unrest import losses, unrests

    lost = list(losses(fleet))
    for found in unrests(fleet):
        loss = next((loss for loss in lost if loss.owner.vrid == found.loud.vrid), None)
        if loss is not None and found.reason == "addresses":
            lost.remove(loss)
        hit = _hit(fleet, found, loss)
        if hit is not None:
            yield hit
    for loss in lost:
        hit = _loss_hit(fleet, loss)
        if hit is not None:
            yield hit
