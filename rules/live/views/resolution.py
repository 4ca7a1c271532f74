"""Why a resolver does not resolve the endpoint's name: each has one cause, and one rule that reports it."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.live.observations import IPAddress, ReplyKind
from rules.live.views.accounts import Account, authorities, hosts_addresses, other_means, resolvers

if TYPE_CHECKING:
    from rules.live.views.view import LiveView

_PRIVATE = (
    IPv4Network("10.0.0.0/8"),  # RFC 1918
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("fc00::/7"),  # RFC 4193
)


class Resolution(NamedTuple):
    """The resolvers that were queried, each in one of these.

    `bogus` reject the zone's DNSSEC signatures (DN013), `filtered` filter private addresses (DN007), `serving` return
    addresses, `denying` answer that there are none, `failing` return no usable answer.
    """

    bogus: tuple[Account, ...]
    filtered: tuple[Account, ...]
    serving: tuple[Account, ...]
    denying: tuple[Account, ...]
    failing: tuple[Account, ...]


@lru_cache(maxsize=1)
def resolution(view: LiveView) -> Resolution:
    """The resolvers by the outcome of the query."""
    zone = authorities(view)
    found: dict[str, list[Account]] = {field: [] for field in Resolution._fields}
    for account in resolvers(view):
        found[_sort(account, zone)].append(account)
    return Resolution(**{field: tuple(accounts) for field, accounts in found.items()})


def is_private(address: IPAddress) -> bool:
    """Whether the address is private (RFC 1918, RFC 4193)."""
    return any(address in network for network in _PRIVATE)


def resolves(view: LiveView) -> bool:
    """Whether the name can be resolved from here at all: by a resolver, the hosts file, or another source."""
    return any(a.addresses for a in resolvers(view)) or bool(hosts_addresses(view) or other_means(view))


def unresolved(view: LiveView) -> tuple[Account, ...]:
    """The servers because of which nothing resolves, for rule DN001; empty if something does or another rule reports
    it.

    Without a resolver the authoritative servers count instead, unless a CNAME's target is outside their zone.
    """
    if resolves(view):
        return ()
    if resolvers(view):
        found = resolution(view)
        return (*found.denying, *found.failing)
    zone = authorities(view)
    if any(reply.kind in (ReplyKind.ANSWER, ReplyKind.ALIAS) for account in zone for reply in account.replies):
        return ()
    return zone


def _sort(account: Account, zone: tuple[Account, ...]) -> str:
    if account.bogus:
        return "bogus"
    if _is_filtered(account, zone):
        return "filtered"
    if account.addresses:
        return "serving"
    return "denying" if account.denies else "failing"


def _is_filtered(account: Account, zone: tuple[Account, ...]) -> bool:
    """Whether the resolver returns nothing exactly where the authoritative servers have only private addresses.

    dnsmasq 2.90 (stop-dns-rebind) and unbound 1.17 (private-address) then answer NODATA without the SOA record that
    every real negative answer has; knot-resolver's module `rebinding` answers REFUSED. A resolver that refuses the
    other family too does not serve this client.
    """
    # A server may filter one family's addresses and return the other's.
    empty = [r for r in account.replies if _may_be_filtered(r.kind, r.negative_ttl)]
    private = {q for q in ("A", "AAAA") if (known := _known(zone, q)) and all(map(is_private, known))}
    hidden = [reply for reply in empty if reply.question in private]
    if not hidden:
        return False
    refused = {reply.question for reply in account.replies if reply.kind is ReplyKind.REFUSED}
    return refused <= private


def _known(zone: tuple[Account, ...], question: str) -> set[IPAddress]:
    return {address for account in zone for address in account.known(question) or ()}


def _may_be_filtered(kind: ReplyKind, negative_ttl: int | None) -> bool:
    return kind is ReplyKind.REFUSED or (kind in (ReplyKind.NXDOMAIN, ReplyKind.NODATA) and negative_ttl is None)
