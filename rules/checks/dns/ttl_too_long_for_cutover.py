"""DN005: the record's TTL makes the cutover slow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import ReplyKind
from rules.live.views.accounts import Account, authorities, name_span, resolvers
from rules.live.views.destination import leads
from rules.live.views.view import LONGEST_TTL
from rules.live.views.wording import duration, record

if TYPE_CHECKING:
    from rules.live.views.view import LiveView


class _CacheTime(NamedTuple):
    seconds: int
    who: str


@rule("DN005", "ttl-too-long-for-cutover", Severity.WARNING, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's record may be cached for more than 5 minutes, and the name has yet to be moved to the VIP.

    Why it hurts: for the length of the TTL after the cutover some machines use the initial master and some the VIP, and
    rolling back takes just as long. In addition, open connections outlive any TTL.

    How to fix: set the TTL to 60 before the cutover, at least as long before as the old TTL. Raise it again once
    everything works.

    Silent when: the name already points to the VIP. It is an info if no VIP is known, so that no cutover is planned, or
    if the TTL was lowered and a resolver still caches the record with the old one.
    """
    found = leads(view)
    if not found or all(view.is_vip(address) for lead in found for address in lead.addresses):
        return
    cached = [account for account in resolvers(view) if not account.has_own_data]
    zone = _longest([*authorities(view), *(a for a in resolvers(view) if a.has_own_data)])
    caches = _longest(cached)
    worst = max(filter(None, (zone, caches)), default=None)
    if worst is None or worst.seconds <= LONGEST_TTL:
        return
    lowered = zone is not None and zone.seconds <= LONGEST_TTL
    yield Hit(
        name_span(view),
        _message(view, zone, caches),
        help=_help(view, worst, lowered),
        note=f"cached for {duration(worst.seconds)}",
        severity=Severity.INFO if lowered or not view.endpoint.vips else None,
    )


def _longest(accounts: list[Account]) -> _CacheTime | None:
    kept = [
        _CacheTime(reply.ttl, account.server.label)
        for account in accounts
        for reply in account.replies
        if reply.kind is ReplyKind.ANSWER and reply.ttl is not None
    ]
    return max(kept, default=None)


def _message(view: LiveView, zone: _CacheTime | None, caches: _CacheTime | None) -> str:
    if zone is None:
        assert caches is not None
        return f"{caches.who} may cache the record of {view.name} for another {duration(caches.seconds)}"
    text = f"the record of {view.name} has a TTL of {duration(zone.seconds)}"
    longer = caches is not None and caches.seconds > LONGEST_TTL
    return (
        f"{text}, and {caches.who} may cache it for another {duration(caches.seconds)}" if caches and longer else text
    )


def _help(view: LiveView, worst: _CacheTime, lowered: bool) -> str:
    wait = f"wait {duration(worst.seconds)} before the cutover to the VIP"
    if lowered:
        return f"{wait}: until then it is cached with the old TTL"
    if any(reply.chain for reply in view.resolving):
        return f"set the TTL of the CNAME record and of its target's record to 60 now; then {wait}"
    found = {address for lead in leads(view) for address in lead.addresses}
    if len(found) > 1:
        return f"set the TTL of each record to 60 now; then {wait}"
    return f"lower the TTL now: '{record(view.name, found.pop())}'; then {wait}"
