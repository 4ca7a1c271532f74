"""HA071: conditions that no client can meet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from parsers.haproxy.lines import stretch
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from rules.support.haproxy.conditions import Term
    from rules.support.haproxy.hopeless import Hopeless

# What a line or its ACLs must have to be looked at closely: marks and fetches, and "!" for a contradiction.
_MARKS = re.compile(r"[?*/!]|ssl|dst_port|method|path")
_KEYWORDS = ("use_backend", "use-server", "http-request", "tcp-request", "redirect", "monitor")


Named = dict[tuple[str, bool], "Hopeless | None"]


@rule(
    "HA071",
    "condition-never-true",
    Severity.WARNING,
    Scope.HAPROXY,
    words=("use_backend", "use-server", "http-request", "tcp-request", "redirect", "monitor"),
)
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
    known = config.used(_KEYWORDS)
    for proxy in config.proxies:
        keywords = [keyword for keyword in known if proxy.has(keyword)]
        if not keywords or not proxy.certain or proxy.disabled or not _suspicious(proxy, keywords):
            continue
        seen: set[int] = set()
        named: Named = {}
        for keyword in keywords:
            for line in proxy.all(keyword):
                for hit in _hits(proxy, line, named):
                    if hit.span.start not in seen:
                        seen.add(hit.span.start)
                        yield hit


def _suspicious(proxy: Proxy, keywords: list[str]) -> bool:
    """Whether anything in the conditions may be hopeless, by a look at their text."""
    return any(_have_marks(proxy.all(keyword)) for keyword in ("acl", *keywords))


def _have_marks(lines: Sequence[HaproxyLine]) -> bool:
    return _MARKS.search(stretch(lines)) is not None and any(line.search(_MARKS) for line in lines)


def _hits(proxy: Proxy, line: HaproxyLine, named: Named) -> Iterator[Hit]:
    from rules.support.haproxy.conditions import alternatives_of

    for alternative in alternatives_of(line) or ():
        refused = {term.text for term in alternative if term.negated}
        both = next((term for term in alternative if not term.negated and term.text in refused), None)
        if both is not None:
            yield _contradiction(line, both)
            continue
        for term in alternative:
            if not term.negated:
                yield from _never(proxy, line, term, named)


def _contradiction(line: HaproxyLine, term: Term) -> Hit:
    return Hit(
        term.words[0].span if term.words else line.span,
        f"'{line.keyword} {line.first_arg}' wants both '{term.text}' and '!{term.text}', which is never true",
        help="remove one of the two, or put 'or' between them if either is enough",
        note="never true",
    )


def _never(proxy: Proxy, line: HaproxyLine, term: Term, named: Named) -> Iterator[Hit]:
    """The hits for one term that has to be true; `named`: what was found out about ACLs of this proxy before."""
    from rules.support.haproxy.hopeless import hopeless

    routes = line.keyword == "use_backend"
    if term.anonymous:
        reason = hopeless(proxy, term.words, routes)
    elif (term.text, routes) in named:
        reason = named[term.text, routes]
    else:
        reason = named[term.text, routes] = _of_all(proxy, proxy.acls.get(term.text, ()), routes)
    if reason is not None:
        yield _hit(line, term.text, reason)


def _of_all(proxy: Proxy, definitions: Sequence[HaproxyLine], routes: bool) -> Hopeless | None:
    """Why an ACL never matches: all its definitions have to be hopeless."""
    from rules.support.haproxy.hopeless import hopeless

    first = None
    for acl in definitions:
        reason = hopeless(proxy, acl.args[1:], routes) if acl.condition is None else None
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
        fix=partial(Fix.told, found.word.span, found.help),
        related=where,
    )
