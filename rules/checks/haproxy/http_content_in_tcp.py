"""HA038: a tcp proxy decides by HTTP content that it has not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.acl_terms import condition_of

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

# What haproxy takes from an HTTP request.
_HTTP = (
    r"(?:req\.|req_)?(?:hdr|fhdr|cook|hdrs|ver)(?:_(?:beg|dir|dom|end|len|reg|sub|cnt|ip|val))?\b(?!\.)"
    r"|(?:path|pathq|url|urlp|url_param|base|baseq|query|url32|base32)(?:_(?:beg|dir|dom|end|len|reg|sub|cnt|ip|val))?\b(?!\.)"
    r"|method\b|http_auth|http_first_req\b"
)
_DECISIONS = ("use_backend", "redirect")
_ADVICE = (
    "use 'mode http', or if TLS is passed through, 'req.ssl_sni' with 'tcp-request inspect-delay 5s' and "
    "'tcp-request content accept if { req.ssl_hello_type 1 }'"
)


@rule("HA038", "http-content-in-tcp", Severity.WARNING, Scope.HAPROXY, words=("use_backend", "stick", "hash"))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A proxy in mode tcp chooses the backend by a path, a header or other HTTP content.

    Why it hurts: in mode tcp haproxy decides as soon as the connection is open, before any of the request has arrived,
    so the condition is false and all clients go to the default backend. If TLS is passed through, the request can't be
    read at all. `haproxy -c` does not report it (2.6.12).

    The server is chosen as early: with `balance hash path` or `stick on path`, clients go to any server. A name made of
    HTTP (`use_backend %[req.hdr(host)]`) is empty, which is the default backend, too.

    How to fix: use `mode http` for the proxies that handle HTTP. If TLS is passed through, choose by `req.ssl_sni` with
    `tcp-request inspect-delay 5s` and `tcp-request content accept if { req.ssl_hello_type 1 }`.

    Silent when: the proxy waits for content (`tcp-request inspect-delay`, `tcp-request content`), the mode is not
    known, or the ACL has another line that does not use HTTP.
    """
    for frontend in config.frontends:
        if not frontend.has("use_backend") or frontend.effective_mode != "tcp" or not frontend.certain:
            continue
        if _waits(frontend):
            continue
        acls = _http_acls(frontend)
        for keyword in _DECISIONS:
            for line in frontend.all(keyword):
                yield from _hits(frontend, line, acls)
    for backend in config.backends:
        if backend.has("stick") or backend.has("balance"):
            yield from _choices(config, backend)


def _waits(proxy: Proxy) -> bool:
    """Whether haproxy waits for content before it goes on."""
    return any(line.args and line.args[0].value in ("inspect-delay", "content") for line in proxy.all("tcp-request"))


def _choices(config: HaproxyConfig, backend: Proxy) -> Iterator[Hit]:
    """Lines that choose the server by HTTP content."""
    if backend.effective_mode != "tcp" or not backend.certain or backend.disabled:
        return
    feeders = [backend, *config.feeders(backend)]
    if not config.complete or any(map(_waits, feeders)) or not any(feeder.is_frontend for feeder in feeders):
        return
    for line in (*backend.all("balance")[-1:], *backend.all("stick")):
        args = line.args
        if line.condition is not None or len(args) < 2 or args[1].dynamic or not re.match(_HTTP, args[1].value):
            continue
        if (line.keyword, args[0].value) in (("balance", "hash"), ("stick", "on"), ("stick", "match")):
            yield Hit(
                args[1].span,
                f"'{line.keyword} {args[0].value}' of {backend.label} uses '{args[1].value}', but in mode tcp haproxy "
                "decides before it has read any HTTP: a client does not stay with one server",
                help=f"write 'mode http' if haproxy can read the traffic, or '{line.keyword} {args[0].value} src'",
                note="HTTP in mode tcp",
            )


def _http_acls(frontend: Proxy) -> dict[str, Word]:
    """The ACLs that use only HTTP content, each with the word that shows it."""
    found: dict[str, Word | None] = {}
    for line in frontend.all("acl"):
        args = line.args
        if len(args) < 2:
            continue
        name = args[0].value
        is_http = re.match(_HTTP, args[1].value) is not None and not args[1].dynamic
        found[name] = (found.get(name) or args[1]) if is_http and found.get(name, args[1]) is not None else None
    return {name: word for name, word in found.items() if word is not None}


def _hits(frontend: Proxy, line: HaproxyLine, acls: dict[str, Word]) -> Iterator[Hit]:
    if line.condition is not None or any(word.dynamic for word in line.args):
        return
    target = line.args[0] if line.args else None
    if line.keyword == "use_backend" and target is not None and re.match(rf"%\[(?:{_HTTP})", target.value):
        message = (
            f"{frontend.label} chooses the backend by '{target.value}', but in mode tcp haproxy decides before it has "
        )
        yield Hit(target.span, message + "read any HTTP: the name is empty", help=_ADVICE, note="HTTP in mode tcp")
        return
    condition = condition_of(line)
    if condition is None:
        return
    yield from _anonymous(frontend, line)
    for word, name in condition.names:
        fetch = acls.get(name)
        if fetch is None or word.value.startswith("!"):
            continue
        yield Hit(
            word.span,
            f"'{line.keyword}' of {frontend.label} uses '{fetch.value}' (ACL '{name}'), but in mode tcp haproxy "
            "decides before it has read any HTTP: the condition is false",
            help=_ADVICE,
            note="HTTP in mode tcp",
            related=[(fetch.span, f"ACL '{name}' uses HTTP")],
        )
        return


def _anonymous(frontend: Proxy, line: HaproxyLine) -> Iterator[Hit]:
    """The first expression in braces that is HTTP."""
    before = ""
    for opening, word in pairwise(line.args):
        negated, before = before == "!", opening.value
        if opening.value == "{" and not negated and re.match(_HTTP, word.value):
            yield Hit(
                word.span,
                f"'{line.keyword}' of {frontend.label} uses '{word.value}', but in mode tcp haproxy decides before it "
                "has read any HTTP: the condition is false",
                help=_ADVICE,
                note="HTTP in mode tcp",
            )
            return
