"""DN004: AAAA records that lead to nobody."""

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

    Why it hurts: clients with IPv6 try that address first (RFC 6724; Go, and so kubelet and kubectl, does too) and
    come to nobody, or past the load balancers: they wait, or fail, where machines with IPv4 alone are fine.

    How to fix: take the AAAA record out, or give keepalived an IPv6 VIP and haproxy a `bind` for it, and name it
    as `address6` under [vip] in halb.toml.

    Silent when: nothing is known of the endpoint's addresses; there is no A record, or it is wrong as well (DN002);
    an IPv6 VIP is planned, and the name is not yet there: the address may be the initial master's second one; the
    address is made up by a DNS64 resolver.
    """
    unserved = destination(view).unserved
    if not unserved:
        return
    names = {view.role_of(address) for address in unserved} - {""}
    whose = f" (that of {', '.join(sorted(names))})" if names else ""
    yield Hit(
        name_span(view),
        f"the AAAA record of {view.name} leads to {few(unserved)}{whose}, which is neither a VIP nor the initial "
        "master: clients with IPv6 try it first",
        help=f"take the AAAA record out; or, for dual stack, make {unserved[0]} a VIP: 'address6' under [vip]",
        note=f"AAAA {few(unserved)}",
    )
