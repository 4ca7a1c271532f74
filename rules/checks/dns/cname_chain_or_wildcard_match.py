"""DN011: the name is an alias, or only matches a wildcard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Role
from rules.live.views.accounts import few, in_order, name_span
from rules.live.views.destination import leads
from rules.live.views.wording import record

if TYPE_CHECKING:
    from rules.live.endpoint import Target
    from rules.live.observations import Alias
    from rules.live.views.view import LiveView

_SHOWN = 4  # links of a chain


@rule("DN011", "cname-chain-or-wildcard-match", Severity.INFO, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name is a CNAME, or has an address only because the zone answers for every name.

    Why it hurts: with a CNAME to a machine's own name it is easy to change the wrong record at the cutover: the
    machine's, so that its own name points to the VIP. Each link of a chain has its own TTL, and the longest counts.
    With a wildcard, a misspelled endpoint resolves like the right one, and no one notices that the record was never
    created until the wildcard changes.

    How to fix: give the name its own A record (and AAAA record), with the address it has now.

    Silent when: the name has its own addresses; no authoritative server could be queried for a name that does not
    exist; the wildcard's addresses differ from the name's.
    """
    replies = (*view.dns.of(Role.AUTHORITY), *view.dns.of(Role.RESOLVER))
    chain = next((reply.chain for reply in replies if reply.chain), ())
    found = {address for lead in leads(view) for address in lead.addresses}
    own = " and ".join(f"'{record(view.name, a)}'" for a in in_order(found)[:2])
    if chain:
        host = _host(view, chain)
        whose = f", the own name of {host.label}" if host is not None else ""
        keep = f"; leave '{chain[-1].target}' alone" if host is not None else ""
        yield Hit(
            name_span(view),
            f"{view.name} is a CNAME for {_shown(chain)}{whose}",
            help=f"give the name its own record, {own or 'with the address it should have'}{keep}",
            note=f"CNAME for {chain[-1].target}",
        )
    ipv4 = {address for address in found if address.version == 4}  # the wildcard was queried for A only
    if ipv4 and ipv4 <= set(view.dns.wildcard):
        yield Hit(
            name_span(view),
            f"{view.name} points to the same address as any name in its zone ({few(in_order(ipv4))}): there may be "
            "only a wildcard record",
            help=f"give the name its own record, {own}",
            note="wildcard",
        )


def _shown(chain: tuple[Alias, ...]) -> str:
    targets = [alias.target for alias in chain]
    if len(targets) > _SHOWN:
        targets = [*targets[: _SHOWN - 1], "...", targets[-1]]
    return ", a CNAME for ".join(targets)


def _host(view: LiveView, chain: tuple[Alias, ...]) -> Target | None:
    """The machine whose own name the chain ends in, by its first label or in full."""
    last = chain[-1].target
    machines = (*view.endpoint.control_plane, *view.endpoint.load_balancers)
    return next((m for m in machines if m.name.lower() in (last, last.partition(".")[0])), None)
