"""HA071: conditions that no client can meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from rules.support.haproxy.conditions import Term
    from rules.support.haproxy.hopeless import Hopeless

    Reasons = dict[tuple[str, bool], Hopeless | None]
    # name of an ACL, and whether a `use_backend` uses it -> why it never matches

# What a line or its ACLs must have to be looked at closely: marks and fetches, and "!" for a contradiction.
_MARKS = ("?", "*", "://", "/", "ssl", "dst_port", "method", "path", "!")
_KEYWORDS = ("use_backend", "use-server", "http-request", "tcp-request", "redirect", "monitor")


@rule("HA071", "condition-never-true", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A condition can't be met: its ACL compares with something that no request has, or contradicts itself.

    Why it hurts: the rule does nothing, and `haproxy -c` reports nothing. Measured with 2.6.12: a path always begins
    with `/` and ends before the `?`; a Host header and an SNI are names, without `https://`, and `*` is no pattern in
    them; the method is `GET`, not `get`; `ssl_fc_sni` is empty where haproxy passes TLS through, and `req.ssl_sni` is
    empty where it ends TLS; `dst_port` is one of the ports in `bind`.

    How to fix: as the help says; for the end of a name, `req.ssl_sni -m end .example.org`.

    Silent when: the value has a variable, comes from a file, is compared in another way (`-m reg`), or another value of
    the same ACL can match; `ssl_fc` and the like are judged where they choose a backend only, since elsewhere one
    snippet may serve several frontends.
    """
    for proxy in config.proxies:
        keywords = [keyword for keyword in _KEYWORDS if proxy.has(keyword)]
        if not keywords or not proxy.certain or proxy.disabled or not _suspicious(proxy, keywords):
            continue
        seen: set[int] = set()
        reasons: Reasons = {}
        for keyword in keywords:
            for line in proxy.all(keyword):
                for hit in _hits(proxy, line, reasons):
                    if hit.span.start not in seen:
                        seen.add(hit.span.start)
                        yield hit


def _suspicious(proxy: Proxy, keywords: list[str]) -> bool:
    """Whether anything in the conditions may be hopeless, by a look at their text."""
    lines = [line.line_text for keyword in ("acl", *keywords) for line in proxy.all(keyword)]
    return any(mark in text for text in lines for mark in _MARKS)


def _hits(proxy: Proxy, line: HaproxyLine, reasons: Reasons) -> Iterator[Hit]:
    from rules.support.haproxy.conditions import alternatives_of

    for alternative in alternatives_of(line) or ():
        terms = {(term.text, term.negated) for term in alternative}
        both = next((term for term in alternative if (term.text, not term.negated) in terms), None)
        if both is not None:
            yield _contradiction(line, both)
            continue
        for term in alternative:
            if not term.negated:
                yield from _never(proxy, line, term, reasons)


def _contradiction(line: HaproxyLine, term: Term) -> Hit:
    return Hit(
        term.words[0].span if term.words else line.span,
        f"'{line.keyword} {line.first_arg}' wants both '{term.text}' and '!{term.text}', which is never true",
        help="remove one of the two, or put 'or' between them if either is enough",
        note="never true",
    )


def _never(proxy: Proxy, line: HaproxyLine, term: Term, reasons: Reasons) -> Iterator[Hit]:
    """The hits for one term that has to be true; `reasons` are those of the names that were asked for before."""
    routes = line.keyword == "use_backend"
    if term.anonymous:
        from rules.support.haproxy.hopeless import hopeless

        reason = hopeless(proxy, term.words, routes)
    else:
        key = (term.text, routes)
        if key not in reasons:
            reasons[key] = _of_acl(proxy, *key)
        reason = reasons[key]
    if reason is not None:
        yield _hit(line, term.text, reason)


def _of_acl(proxy: Proxy, name: str, routes: bool) -> Hopeless | None:
    """Why an ACL is never true: all its definitions have to be hopeless."""
    from rules.support.haproxy.hopeless import hopeless

    definitions = proxy.acls.get(name, [])
    if any(acl.condition is not None for acl in definitions):
        return None
    first: Hopeless | None = None
    for acl in definitions:
        reason = hopeless(proxy, acl.args[1:], routes)
        if reason is None:
            return None
        first = first or reason
    return first


def _hit(line: HaproxyLine, text: str, found: Hopeless) -> Hit:
    where = [] if line.start <= found.word.start <= line.span.end else [(line.span, "used here")]
    return Hit(
        found.word.span,
        f"'{clipped(text)}' of '{line.keyword} {line.first_arg}' is never true: {found.reason}",
        help=found.help,
        note="never matches",
        related=where,
    )
