"""DN007: a resolver filters private addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.accounts import authorities, few, in_order, labels_of, name_span
from rules.live.views.resolution import is_private, resolution, resolves

if TYPE_CHECKING:
    from rules.live.views.view import LiveView


@rule("DN007", "rebind-protection-or-private-on-public", Severity.WARNING, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """A resolver returns no address although the authoritative servers return a private one: rebind protection.

    Why it hurts: the record is right and visible in the zone, but machines that use this resolver can't resolve the
    name, so their kubelets lose the API. Home routers, pfSense and many companies' resolvers filter private addresses
    that come from outside, since attackers use such answers against browsers (DNS rebinding). It is an error if nothing
    else resolves the name from here.

    How to fix: make the resolver return private addresses for this zone: `rebind-domain-ok=/example.com/` for dnsmasq,
    `private-domain: example.com` for unbound, a policy with the flag ALLOW_LOCAL for knot-resolver.

    Silent when: the authoritative servers were not found, or have an address that is not private (RFC 1918, RFC 4193);
    the answer has an SOA record, as negative answers from the zone do, unlike those of dnsmasq 2.90 (stop-dns-rebind)
    and unbound 1.17 (private-address): then it is an old negative answer in a cache (DN006); the resolver refuses every
    query (DN001).
    """
    found = resolution(view).filtered
    if not found:
        return
    hidden = {a for account in authorities(view) for a in account.addresses if is_private(a)}
    zone = view.dns.zone or view.name.partition(".")[2]
    yield Hit(
        name_span(view),
        f"rebind protection at {labels_of(found)}: no address for {view.name}, although the authoritative servers "
        f"return the private {few(in_order(hidden))}",
        help=f"allow private addresses of the zone: 'rebind-domain-ok=/{zone}/' for dnsmasq, "
        f"'private-domain: {zone}' for unbound, the flag ALLOW_LOCAL for knot-resolver",
        note="private address",
        severity=None if resolves(view) else Severity.ERROR,
    )
