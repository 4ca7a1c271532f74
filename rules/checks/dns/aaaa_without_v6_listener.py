"""DN004: AAAA records that point to nothing known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.accounts import few, name_span
from rules.live.views.destination import destination

if TYPE_CHECKING:
    from rules.live.views.view import LiveView


@rule("DN004", "aaaa-without-v6-listener", Severity.WARNING, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name has an AAAA record whose address is neither a VIP nor the initial master.

    Why it hurts: clients with IPv6 try that address first (RFC 6724; so does Go, and thus kubelet and kubectl), and
    reach nothing, or bypass the load balancers: they wait or fail, while machines with IPv4 only are fine.

    How to fix: remove the AAAA record, or give keepalived an IPv6 VIP and haproxy a `bind` for it, and set it as
    `address6` under [vip] in halb.toml.

    Silent when: the endpoint's addresses are not known; there is no A record, or it is wrong as well (DN002); an IPv6
    VIP is planned and the name does not point to it yet: the address may be the initial master's second one; the
    address is synthesised by a DNS64 resolver.
    """
    unserved = destination(view).unserved
    if not unserved:
        return
    names = {view.role_of(address) for address in unserved} - {""}
    whose = f" (that of {', '.join(sorted(names))})" if names else ""
    yield Hit(
        name_span(view),
        f"the AAAA record of {view.name} points to {few(unserved)}{whose}, which is neither a VIP nor the initial "
        "master: clients with IPv6 try it first",
        help=f"remove the AAAA record, or for dual stack make {unserved[0]} a VIP: 'address6' under [vip]",
        note=f"AAAA {few(unserved)}",
    )
