"""What each name server answered about the endpoint's name, with all its replies combined."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from parsers.records import cached_property
from rules.live.observations import IPAddress, NameServer, Reply, ReplyKind, Role
from rules.live.views.wording import duration, reply_words
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.live.views.view import LiveView

DENIALS = (ReplyKind.NXDOMAIN, ReplyKind.NODATA, ReplyKind.ALIAS)
"""The answers without an address that are not a failure of the server."""

# RFC 6052 section 2.1 and RFC 8215: the prefixes that a DNS64 resolver puts before an IPv4 address.
_DNS64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_SHOWN = 4  # servers or addresses that a message lists one by one


class Account:
    """All replies of one server: `replies` has the one for A first. Never empty."""

    def __init__(self, server: NameServer, replies: tuple[Reply, ...]) -> None:
        self.server = server
        self.replies = replies

    @cached_property
    def addresses(self) -> tuple[IPAddress, ...]:
        """The addresses of both families, in order of value."""
        found = {address for reply in self.replies if reply.kind is ReplyKind.ANSWER for address in reply.addresses}
        return in_order(found)

    @property
    def failures(self) -> tuple[Reply, ...]:
        """The replies that are neither an answer nor a denial."""
        return tuple(r for r in self.replies if r.kind is not ReplyKind.ANSWER and r.kind not in DENIALS)

    @property
    def denies(self) -> bool:
        """Whether the server answered every query that there is no address."""
        return not self.addresses and not self.failures

    @property
    def bogus(self) -> bool:
        """Whether the server rejects the zone's DNSSEC signatures."""
        return any(reply.bogus for reply in self.replies)

    @property
    def has_own_data(self) -> bool:
        """Whether its addresses are the zone's own data, not a cache's: the AA bit (RFC 1035 section 4.1.1)."""
        return any(reply.kind is ReplyKind.ANSWER and reply.authoritative for reply in self.replies)

    @property
    def cache_seconds(self) -> int | None:
        """For how many seconds, at most, a cache may keep returning this; None if that is not known."""
        times = [r.ttl if r.kind is ReplyKind.ANSWER else r.negative_ttl for r in self.replies]
        return max((time for time in times if time is not None), default=None)

    @cached_property
    def words(self) -> str:
        """What the server answered, as the rest of a sentence that begins with its label."""
        answers = [reply for reply in self.replies if reply.kind is ReplyKind.ANSWER]
        if answers:
            records = tuple(record for reply in answers for record in reply.records)
            whole = answers[0]._replace(records=records)
            if len(records) <= _SHOWN or whole.ttl is None:
                return reply_words(whole)
            return f"answers {few(self.addresses)} (TTL {duration(whole.ttl)})"
        return reply_words((self.failures or self.replies)[0])

    def known(self, question: str) -> frozenset[IPAddress] | None:
        """The addresses that the server has for "A" or "AAAA", empty for none; None if it did not answer.

        An authoritative server does not know the addresses of a CNAME whose target is outside its zone.
        """
        return self._known.get(question)

    @cached_property
    def _known(self) -> dict[str, frozenset[IPAddress]]:
        known = {}
        for reply in self.replies:
            elsewhere = reply.kind is ReplyKind.ALIAS and self.server.role is Role.AUTHORITY
            if reply.kind is ReplyKind.ANSWER or (reply.kind in DENIALS and not elsewhere):
                known[reply.question] = frozenset(record.address for record in reply.records)
        return known


def in_order(found: Iterable[IPAddress]) -> tuple[IPAddress, ...]:
    """Each address once, in order of value, IPv4 first."""
    return tuple(sorted(set(found), key=lambda address: (address.version, int(address))))


def name_span(view: LiveView) -> Span:
    """The place of the endpoint's name; only for rules that need one."""
    assert view.endpoint.name is not None
    return view.endpoint.name.span


# One run examines one view, rule after rule.
@lru_cache(maxsize=1)
def resolvers(view: LiveView) -> tuple[Account, ...]:
    """What the resolvers answered.

    Left out are the addresses that a DNS64 resolver synthesises from A records, and resolvers on this machine that only
    repeat its hosts file (as systemd-resolved and dnsmasq do): then those lines are the cause, not DNS.
    """
    pinned = hosts_addresses(view)
    given = {record.address for reply in view.dns.of(Role.AUTHORITY) for record in reply.records}
    replies = view.dns.of(Role.RESOLVER)
    embedded = {int(r.address) for reply in view.dns.replies for r in reply.records if r.address.version == 4}
    known = given | {target.address for target in view.endpoint.targets}
    accounts = _accounts(_without_dns64(reply, known, embedded) for reply in replies)
    return tuple(a for a in accounts if not (_on_this_machine(a.server) and a.addresses and pinned >= {*a.addresses}))


@lru_cache(maxsize=1)
def authorities(view: LiveView) -> tuple[Account, ...]:
    """What the zone's authoritative servers answered."""
    return tuple(_accounts(view.dns.of(Role.AUTHORITY)))


def hosts_addresses(view: LiveView) -> frozenset[IPAddress]:
    """The name's addresses in this machine's hosts file, if nsswitch.conf uses it."""
    system = view.dns.system
    if system is None or (system.order and not {"files", "resolve"} & {*system.order}):
        return frozenset()
    return frozenset(entry.address for entry in system.hosts)


def other_means(view: LiveView) -> tuple[IPAddress, ...]:
    """What this machine resolves the name to, unless that comes from its hosts file."""
    system = view.dns.system
    return (system.addresses or ()) if system is not None and not hosts_addresses(view) else ()


def summary(accounts: Iterable[Account]) -> str:
    """Each server with its answer: `10.0.0.53 refuses the query (REFUSED) (the same from 10.0.0.54); 10.0.0.55 does not
    answer`.
    """
    groups: dict[str, list[str]] = {}
    for account in accounts:
        groups.setdefault(account.words, []).append(account.server.label)
    parts = []
    for words, labels in list(groups.items())[:_SHOWN]:
        same = f" (the same from {few(labels[1:])})" if len(labels) > 1 else ""
        parts.append(f"{labels[0]} {words}{same}")
    if len(groups) > _SHOWN:
        parts.append(f"and {len(groups) - _SHOWN} more")
    return "; ".join(parts)


def few(things: Iterable[object]) -> str:
    """The distinct ones as a list, shortened after a few: `192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 17 more`."""
    every = list(dict.fromkeys(map(str, things)))
    more = len(every) - _SHOWN
    return listed([*every[:_SHOWN], *([f"{more} more"] if more > 0 else [])])


def labels_of(accounts: Iterable[Account]) -> str:
    """The names of the servers, as a list."""
    return few(account.server.label for account in accounts)


def _accounts(replies: Iterable[Reply]) -> Iterator[Account]:
    by_server: dict[NameServer, list[Reply]] = {}
    for reply in replies:
        by_server.setdefault(reply.server, []).append(reply)
    for server, own in by_server.items():
        yield Account(server, tuple(sorted(own, key=lambda reply: reply.question)))


def _without_dns64(reply: Reply, known: Collection[IPAddress], ipv4: Collection[int]) -> Reply:
    """The reply without the addresses that a DNS64 resolver synthesised from an IPv4 address, unless they are known
    otherwise.
    """
    if reply.question != "AAAA" or not reply.records:
        return reply

    def made_up(address: IPAddress) -> bool:
        if not isinstance(address, IPv6Address) or address in known:
            return False
        return any(address in network for network in _DNS64) or int(address) & 0xFFFFFFFF in ipv4

    records = tuple(record for record in reply.records if not made_up(record.address))
    if records:
        return reply._replace(records=records)
    return reply._replace(kind=ReplyKind.NODATA, records=(), chain=())


def _on_this_machine(server: NameServer) -> bool:
    try:
        return ip_address(server.address).is_loopback
    except ValueError:
        return False
