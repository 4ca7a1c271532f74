"""DN003: several addresses of one family."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import IPAddress
from rules.live.views.accounts import few, in_order, name_span
from rules.live.views.destination import destination, leads
from rules.live.views.records import cutting_over, initial_record, unready, vip_records
from rules.live.views.wording import record
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.views.view import LiveView


@rule("DN003", "multiple-a-records", Severity.WARNING, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name has several addresses of one family: the VIP and a leftover, or several machines.

    Why it hurts: clients use any of them. With a leftover initial master next to the VIP every second connection
    bypasses the load balancers, and when that machine is down, every second connection waits until it times out; a
    kubelet that picked a dead address may keep it for a quarter of an hour.

    How to fix: keep one A record (and one AAAA record, for dual stack).

    Silent when: there is one address per family; none of the addresses is right (DN002); only a cache has several
    (DN006); one of them is a VIP that does not serve the API (DN008: which record to remove depends on that).
    """
    surplus = destination(view).surplus
    found = {address for lead in leads(view) for address in lead.addresses}
    if not surplus or any(vip.address in found and unready(view, vip) for vip in view.endpoint.vips):
        return
    families = {address.version for address in surplus}
    every = list(in_order(a for a in found if a.version in families))
    yield Hit(
        name_span(view),
        f"{view.name} has {len(every)} addresses instead of one{' per family' if len(families) > 1 else ''}: "
        f"{few(_described(view, address) for address in every)}; clients use any of them",
        help=_help(view, surplus, every),
        note=f"{len(every)} addresses",
    )


def _described(view: LiveView, address: IPAddress) -> str:
    role = view.role_of(address)
    return f"{address} ({role})" if role else str(address)


def _help(view: LiveView, surplus: tuple[IPAddress, ...], every: list[IPAddress]) -> str:
    if any(map(view.is_vip, every)):
        if view.vip_ready:
            gone = [address for address in every if not view.is_vip(address)]
            return f"remove {few(gone)} and keep {vip_records(view)}"
        return f"keep one: {initial_record(view)} until the VIP answers with a certificate for the name, then the VIP's"
    stays = [address for address in every if address not in surplus]
    if any(map(view.is_initial_master, stays)) and not cutting_over(view):
        kept = listed(f"'{record(view.name, address)}'" for address in stays)
        return f"remove {few(surplus)} and keep {kept}"
    return "keep one record: the initial master's, or the VIP's once the VIP answers"
