"""DN007: a resolver drops private addresses."""

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
    """A resolver gives no address though the authoritative servers answer a private one: rebind protection.

    Why it hurts: the record is right and everybody sees it in the zone, but machines behind that resolver can't
    resolve the name, so kubelets there lose the API. Home routers, pfSense and many companies' resolvers drop
    private addresses that come from outside, since attackers use such answers against browsers (DNS rebinding).
    An error when nothing else resolves the name from here.

    How to fix: let the resolver give private addresses for this zone: `rebind-domain-ok=/example.com/` for dnsmasq,
    `private-domain: example.com` for unbound, a policy with the flag ALLOW_LOCAL for knot-resolver.

    Silent when: the authoritative servers were not found, or have an address that is not private (RFC 1918,
    RFC 4193); the answer has an SOA record, as denials from the zone have and those of dnsmasq 2.90 (stop-dns-rebind)
    and unbound 1.17 (private-address) have not: then it is an old denial in a cache (DN006); the resolver refuses
    every question (DN001).
    """
    found = resolution(view).filtered
    if not found:
        return
    hidden = {a for account in authorities(view) for a in account.addresses if is_private(a)}
    zone = view.dns.zone or view.name.partition(".")[2]
    yield Hit(
        name_span(view),
        f"rebind protection at {labels_of(found)}: no address for {view.name}, "
        f"though the authoritative servers answer the private {few(in_order(hidden))}",
        help=f"let private addresses of the zone through: 'rebind-domain-ok=/{zone}/' for dnsmasq, "
        f"'private-domain: {zone}' for unbound, the flag ALLOW_LOCAL for knot-resolver",
        note="private address",
        severity=None if resolves(view) else Severity.ERROR,
    )
