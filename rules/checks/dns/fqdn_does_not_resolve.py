"""DN001: the endpoint's name does not resolve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import ReplyKind
from rules.live.views.accounts import Account, authorities, labels_of, name_span, other_means, resolvers, said
from rules.live.views.records import wanted_record
from rules.live.views.resolution import resolution, resolves, unresolved
from rules.live.views.wording import duration, told

if TYPE_CHECKING:
    from rules.live.views.view import LiveView

_LOOK = {
    ReplyKind.SERVFAIL: "look at the resolver's log: it can't get an answer from the zone's servers",
    ReplyKind.REFUSED: "let the resolver answer this client (BIND: allow-recursion, unbound: access-control)",
    ReplyKind.TIMEOUT: "is the resolver up, and does a firewall drop port 53?",
    ReplyKind.UNREACHABLE: "is that the resolver's address, and does it run?",
    ReplyKind.TRUNCATED: "open port 53 for TCP too",
    ReplyKind.LOOP: "take the loop of CNAME records out of the zone",
    ReplyKind.ALIAS: "the CNAME's target needs an address",
}


@rule("DN001", "fqdn-does-not-resolve", Severity.ERROR, Scope.DNS, needs=("network", "endpoint"))
def check(view: LiveView) -> Iterator[Hit]:
    """The endpoint's name does not resolve, or a resolver gives no usable answer (a warning then).

    Why it hurts: `kubeadm init` and `kubeadm join` look the name up and stop with "no such host"; later every kubelet
    and every kubeconfig does. A dead resolver among good ones costs 5 seconds per lookup (resolv.conf(5), `timeout`)
    whenever it is the first. NXDOMAIN is remembered too: for as long as the zone's SOA record says (RFC 2308), so a
    record that was made too late seems to be missing for a while.

    How to fix: create the record, before the load balancers serve for the initial master, and repair or take out
    the resolver that does not answer.

    Silent when: this machine's hosts file has the name (DN010 speaks); a resolver drops private addresses (DN007) or
    finds the DNSSEC signatures wrong (DN013); a resolver says that there is no such name while another one has it
    (DN006); a server has no AAAA record (normal); nobody could be asked.
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
            f"{view.name} does not resolve: this machine knows no name server, and finds no address otherwise "
            f"({system.error or 'no such name'})",
            help=f"name a resolver in /etc/resolv.conf ('nameserver ADDRESS'); wanted is {wanted_record(view)}",
            note="does not resolve",
        )


def _message(view: LiveView) -> str:
    every = [*unresolved(view), *(authorities(view) if resolvers(view) else ())]
    return f"{view.name} does not resolve: {said(every)}"


def _help(view: LiveView) -> str:
    silent = unresolved(view)
    denying = [account for account in silent if account.denies]
    steps = []
    if any(account.addresses for account in authorities(view)):
        if denying:
            longest = max((account.keeps or 0 for account in denying), default=0)
            wait = f"wait {duration(longest)}, or " if longest else ""
            steps.append(f"the zone has the record: {wait}empty the cache of {labels_of(denying)}")
    elif denying and any(r.kind is ReplyKind.ALIAS for account in denying for r in account.replies):
        steps.append(f"{_LOOK[ReplyKind.ALIAS]}, or create the record {wanted_record(view)} in place of the CNAME")
    else:
        steps.append(f"create the record {wanted_record(view)}" if denying else f"wanted is {wanted_record(view)}")
    return "; ".join([*_looks(view, silent), *steps])


def _failing(view: LiveView) -> Iterator[Hit]:
    """The resolvers that fail while the name resolves otherwise, and not by the hosts file alone."""
    found = resolution(view)
    if not (found.serving or found.filtered or other_means(view)):
        return
    half = [account for account in found.serving if account.failures]
    parts = [said(found.failing)] if found.failing else []
    parts += [
        f"{account.server.label} {told(reply)} when asked for {reply.question} records"
        for account in half
        for reply in account.failures
    ]
    if parts:
        yield Hit(
            name_span(view),
            f"not every resolver can tell where {view.name} leads: {'; '.join(parts)}",
            help="; ".join(_looks(view, (*found.failing, *half))),
            severity=Severity.WARNING,
        )


def _looks(view: LiveView, accounts: tuple[Account, ...]) -> Iterator[str]:
    """What to look at for servers that fail."""
    failing = [account for account in accounts if account.failures]
    advice = [_LOOK[account.failures[0].kind] for account in failing if account.failures[0].kind in _LOOK]
    yield from dict.fromkeys(advice)
    if failing:
        server = failing[0].server
        port = f" -p {server.port}" if server.port != 53 else ""
        question = failing[0].failures[0].question
        yield f"'dig @{server.address}{port} {view.name} {question}' shows more"
