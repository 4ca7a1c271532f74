"""DN013: wrong DNSSEC signatures, or authoritative servers that do not answer for the zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import ReplyKind
from rules.live.views.accounts import Account, authorities, labels_of, name_span, summary
from rules.live.views.resolution import resolution, resolves

if TYPE_CHECKING:
    from rules.live.views.view import LiveView

_NO_ANSWER = (ReplyKind.TIMEOUT, ReplyKind.UNREACHABLE)


@rule("DN013", "dnssec-bogus-or-lame-ns", Severity.INFO, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """A resolver rejects the zone's DNSSEC signatures, or one of the zone's name servers returns no usable answer.

    Why it hurts: a resolver that validates DNSSEC returns SERVFAIL for the name while others resolve it; often the
    signatures have expired, or the DS record in the parent zone belongs to an old key (a warning; an error if nothing
    else resolves the name from here). A name server that is listed but does not answer makes lookups slow, and with the
    next failure the zone is gone.

    How to fix: sign the zone again or correct the DS record; make the name server load the zone, or remove its NS
    record from the zone and from the parent.

    Silent when: no authoritative server answers (port 53 may be closed from here); an authoritative server did not
    answer the query for one record type only; it has only an IPv6 address and there is no IPv6 here.
    """
    place = name_span(view)
    bogus = resolution(view).bogus
    if bogus:
        labels = labels_of(bogus)
        zone = view.dns.zone or "the zone"
        yield Hit(
            place,
            f"{labels} {'rejects' if len(bogus) == 1 else 'reject'} the DNSSEC signatures of {view.name}: SERVFAIL, "
            "but an answer with checking disabled",
            help=f"'delv {view.name}' or 'dig +cd {view.name}' shows more; sign {zone} again, or correct its DS record "
            "in the parent zone",
            note="bogus",
            severity=Severity.WARNING if resolves(view) else Severity.ERROR,
        )
    lame = _lame(authorities(view))
    if lame:
        yield Hit(
            place,
            f"{'name servers' if len(lame) > 1 else 'a name server'} of {view.name} "
            f"{'do' if len(lame) > 1 else 'does'} not answer reliably: {summary(lame)}; others answer",
            help="make the server load the zone and answer, or remove its NS record from the zone and from its parent",
            note="lame name server",
        )


def _lame(zone: tuple[Account, ...]) -> list[Account]:
    """The authoritative servers without a usable answer, where another one has one."""
    answering = [account for account in zone if len(account.failures) < len(account.replies)]
    if not any(not account.failures for account in answering):
        return []
    ipv6 = any(":" in account.server.address for account in answering)
    return [account for account in zone if _fails(account) and (ipv6 or not _unreachable_ipv6(account))]


def _fails(account: Account) -> bool:
    """Whether the server fails for every query, or in a way that is not a lost packet."""
    failures = account.failures
    return len(failures) == len(account.replies) or any(reply.kind not in _NO_ANSWER for reply in failures)


def _unreachable_ipv6(account: Account) -> bool:
    return ":" in account.server.address and all(reply.kind in _NO_ANSWER for reply in account.failures)
