"""DN006: the servers return different addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import IPAddress
from rules.live.views.accounts import (
    Account,
    authorities,
    few,
    in_order,
    labels_of,
    name_span,
    other_means,
    resolvers,
    summary,
)
from rules.live.views.resolution import resolution, unresolved
from rules.live.views.wording import duration

if TYPE_CHECKING:
    from rules.live.observations import SystemView
    from rules.live.views.view import LiveView

_QUESTIONS = ("A", "AAAA")


@rule("DN006", "resolvers-disagree", Severity.WARNING, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """Name servers return different addresses for the endpoint's name, or this machine resolves it differently.

    Why it hurts: which API server a machine reaches depends on which server it queries. After a change of the record
    some resolvers return the old one until its TTL has passed; a secondary server that did not get the change does so
    for days; a split horizon needs the change on both sides.

    How to fix: make the zone's authoritative servers agree first (raise the serial number, check that the secondary is
    notified), then wait for the caches or flush them.

    Silent when: nothing resolves the name (DN001); a resolver returns no usable answer (DN001), filters private
    addresses (DN007) or rejects the signatures (DN013); a resolver with its own data (the AA bit) returns an address of
    the endpoint, so the split horizon is intended; one family has no records anywhere; IPv6 addresses are synthesised
    by DNS64; the hosts file is the cause (DN010).
    """
    if unresolved(view):
        return
    place = name_span(view)
    zone = authorities(view)
    if _differ(zone):
        yield Hit(
            place,
            f"the authoritative servers of {view.name} disagree: {summary(_informed(zone))}",
            help="raise the zone's serial number and make the secondary servers fetch the zone "
            f"('dig @SERVER {view.dns.zone or view.name} SOA' shows the serial number that each has)",
            note="two versions",
        )
    yield from _behind(view, zone)
    yield from _this_machine(view, zone)


def _behind(view: LiveView, zone: tuple[Account, ...]) -> Iterator[Hit]:
    """Resolvers that disagree with the zone, or if the zone is not known, with each other."""
    found = resolution(view)
    comparable = [*found.serving, *found.denying]
    odd = [account for account in comparable if _contradicts(account, zone) and not _is_wanted(view, account)]
    if odd:
        truth = few(in_order({a for z in zone for a in z.addresses}))
        yield Hit(
            name_span(view),
            f"the resolvers are out of date on {view.name}: {summary(odd)}; the authoritative servers return "
            f"{truth or 'no address'}",
            help=_wait(view, odd),
            note="caches differ",
        )
    elif not any(_informed(zone)) and _differ(comparable):
        yield Hit(
            name_span(view),
            f"the resolvers disagree on {view.name}: {summary(comparable)}",
            help=_wait(view, comparable),
            note="resolvers differ",
        )


def _this_machine(view: LiveView, zone: tuple[Account, ...]) -> Iterator[Hit]:
    """What this machine itself resolves the name to, compared with the name servers."""
    system = view.dns.system
    if system is None or view.name.endswith(".local"):
        return
    cached = resolvers(view)
    given = {*view.addresses, *(a for account in (*cached, *zone) for a in account.addresses)}
    other = tuple(address for address in other_means(view) if address not in given)
    order = f"nsswitch.conf lists {', '.join(system.order)}" if system.order else "it uses another source"
    answering = [account for account in (*cached, *zone) if not account.failures]
    if other and answering:
        servers = few(in_order(given)) or "no address"
        yield Hit(
            name_span(view),
            f"this machine resolves {view.name} to {few(other)}, but the name servers return {servers}: {order}",
            help=f"'getent ahosts {view.name}' and 'resolvectl query {view.name}' show where that comes from",
            note="another source",
        )
    elif system.addresses == () and _denies(system) and cached and all(map(_is_sound, cached)):
        yield Hit(
            name_span(view),
            f"this machine finds no address for {view.name} ({system.error or 'no such name'}), although the name "
            f"servers return {few(cached[0].addresses)}: {order}",
            help="add dns to the 'hosts:' line of /etc/nsswitch.conf, as in 'hosts: files dns'",
            note="not found here",
        )


def _denies(system: SystemView) -> bool:
    """Whether getaddrinfo found that there is nothing; a timeout or a temporary error proves nothing."""
    return not any(word in system.error for word in ("timeout", "temporary"))


def _is_sound(account: Account) -> bool:
    return bool(account.addresses) and not account.failures


def _informed(accounts: Iterable[Account]) -> list[Account]:
    """The servers that returned anything about the name's addresses."""
    return [account for account in accounts if any(account.known(question) is not None for question in _QUESTIONS)]


def _known(accounts: Iterable[Account], question: str) -> set[frozenset[IPAddress]]:
    return {known for account in accounts if (known := account.known(question)) is not None}


def _differ(accounts: Iterable[Account]) -> bool:
    every = list(accounts)
    return any(len(_known(every, question)) > 1 for question in _QUESTIONS)


def _contradicts(account: Account, zone: tuple[Account, ...]) -> bool:
    for question in _QUESTIONS:
        known, truth = account.known(question), _known(zone, question)
        if known is not None and truth and known not in truth:
            return True
    return False


def _is_wanted(view: LiveView, account: Account) -> bool:
    """Whether a server with its own data points to the endpoint: an intended split horizon."""
    return account.has_own_data and all(view.target(address) is not None for address in account.addresses)


def _wait(view: LiveView, odd: list[Account]) -> str:
    own = [account for account in odd if account.has_own_data]
    cached = [account for account in odd if not account.has_own_data]
    steps = []
    if cached:
        longest = max((account.cache_seconds or 0 for account in cached), default=0)
        wait = f"wait up to {duration(longest)}, or " if longest else ""
        steps.append(
            f"{wait}flush the cache of {labels_of(cached)} "
            f"('unbound-control flush {view.name}', 'rndc flushname {view.name}', 'resolvectl flush-caches')"
        )
    if own:
        steps.append(f"{labels_of(own)} has the record itself: change it there too")
    return "; ".join(steps)
