"""DN001: the endpoint's name does not resolve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import ReplyKind
from rules.live.views.accounts import Account, authorities, labels_of, name_span, other_means, resolvers, summary
from rules.live.views.records import wanted_record
from rules.live.views.resolution import resolution, resolves, unresolved
from rules.live.views.wording import duration, reply_words

if TYPE_CHECKING:
    from rules.live.views.view import LiveView

_CHECK = {
    ReplyKind.SERVFAIL: "check the resolver's log: it can't get an answer from the zone's servers",
    ReplyKind.REFUSED: "allow this client on the resolver (BIND: allow-recursion, unbound: access-control)",
    ReplyKind.TIMEOUT: "is the resolver up, and does a firewall drop port 53?",
    ReplyKind.UNREACHABLE: "is this the resolver's address, and is it running?",
    ReplyKind.TRUNCATED: "open port 53 for TCP too",
    ReplyKind.LOOP: "remove the loop of CNAME records from the zone",
    ReplyKind.ALIAS: "the CNAME's target needs an address",
}


@rule("DN001", "fqdn-does-not-resolve", Severity.ERROR, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name does not resolve, or a resolver returns no usable answer (a warning).

    Why it hurts: `kubeadm init` and `kubeadm join` look up the name and stop with "no such host"; later so does
    everything that uses a kubeconfig. A dead resolver among working ones costs 5 seconds per lookup (resolv.conf(5),
    `timeout`) if it is the first. NXDOMAIN is cached too, for as long as the zone's SOA record says (RFC 2308), so a
    record that was created late seems to be missing for a while.

    How to fix: create the record (pointing to the initial master until the load balancers serve the API), and repair or
    remove the resolver that does not answer.

    Silent when: this machine's hosts file has the name (DN010); a resolver filters private addresses (DN007) or rejects
    the DNSSEC signatures (DN013); a resolver has no such name while another one has it (DN006); a server has no AAAA
    record (normal); no server could be queried.
    """
    place = name_span(view)
    system = view.dns.system
    if unresolved(view):
        yield Hit(place, _message(view), help=_help(view), note="does not resolve")
    elif resolves(view):
        yield from _failing(view)
    elif not resolvers(view) and not authorities(view) and system is not None and system.addresses == ():
        yield Hit(
            place,
            f"{view.name} does not resolve: this machine has no name server, and finds no address any other way "
            f"({system.error or 'no such name'})",
            help="add a resolver to /etc/resolv.conf ('nameserver ADDRESS'); the record should be "
            f"{wanted_record(view)}",
            note="does not resolve",
        )


def _message(view: LiveView) -> str:
    every = [*unresolved(view), *(authorities(view) if resolvers(view) else ())]
    return f"{view.name} does not resolve: {summary(every)}"


def _help(view: LiveView) -> str:
    silent = unresolved(view)
    denying = [account for account in silent if account.denies]
    steps = []
    if any(account.addresses for account in authorities(view)):
        if denying:
            longest = max((account.cache_seconds or 0 for account in denying), default=0)
            wait = f"wait {duration(longest)}, or " if longest else ""
            steps.append(f"the zone has the record: {wait}flush the cache of {labels_of(denying)}")
    elif denying and any(r.kind is ReplyKind.ALIAS for account in denying for r in account.replies):
        steps.append(f"{_CHECK[ReplyKind.ALIAS]}, or create the record {wanted_record(view)} instead of the CNAME")
    else:
        steps.append(
            f"create the record {wanted_record(view)}" if denying else f"the record should be {wanted_record(view)}"
        )
    return "; ".join([*_steps(view, silent), *steps])


def _failing(view: LiveView) -> Iterator[Hit]:
    """The resolvers that fail while the name resolves in another way, not only through the hosts file."""
    found = resolution(view)
    if not (found.serving or found.filtered or other_means(view)):
        return
    half = [account for account in found.serving if account.failures]
    parts = [summary(found.failing)] if found.failing else []
    parts += [
        f"{account.server.label} {reply_words(reply)} to the query for {reply.question} records"
        for account in half
        for reply in account.failures
    ]
    if parts:
        yield Hit(
            name_span(view),
            f"not every resolver resolves {view.name}: {'; '.join(parts)}",
            help="; ".join(_steps(view, (*found.failing, *half))),
            severity=Severity.WARNING,
        )


def _steps(view: LiveView, accounts: tuple[Account, ...]) -> Iterator[str]:
    """What to check for servers that fail."""
    failing = [account for account in accounts if account.failures]
    advice = [_CHECK[account.failures[0].kind] for account in failing if account.failures[0].kind in _CHECK]
    yield from dict.fromkeys(advice)
    if failing:
        server = failing[0].server
        port = f" -p {server.port}" if server.port != 53 else ""
        question = failing[0].failures[0].question
        yield f"'dig @{server.address}{port} {view.name} {question}' shows more"
