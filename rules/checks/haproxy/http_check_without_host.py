"""HA049: an HTTP/1.1 check without a Host header."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.checks import HttpCheck, http_check_of

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.source import Span
    from parsers.tree import Word


@rule("HA049", "http-check-without-host", Severity.WARNING, Scope.HAPROXY, words=("/1.1",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A health check is an HTTP/1.1 request without a Host header.

    Why it hurts: haproxy sends what is written and adds no Host header (measured with 2.6.12). HTTP/1.1 demands one
    (RFC 9112, 3.2): the API server and most others answer 400, and every server is DOWN although all are healthy.

    How to fix: leave the version out, so that haproxy sends HTTP/1.0, which needs no Host; or name the host in
    `http-check send hdr Host NAME`.

    Silent when: any `http-check send` line has a Host header, no server is checked, or a line depends on a variable
    or a condition.
    """
    seen: set[Span] = set()
    for backend in config.backends:
        found = http_check_of(backend)
        version = found.version if found else None
        if found is None or version is None or not version.value.upper().startswith("HTTP/1.1"):
            continue
        if "host" in found.headers or "host:" in version.value.lower() or not any(s.check for s in backend.servers):
            continue
        if version.span not in seen:
            seen.add(version.span)
            yield _hit(backend, found, version)


def _hit(backend: Proxy, found: HttpCheck, version: Word) -> Hit:
    own = found.option.directive
    if any(word is version for word in own.args):
        advice = f"remove '{version.value}', or write 'http-check send hdr Host NAME' below it"
    else:
        advice = f"remove 'ver {version.value}', or add 'hdr Host NAME' to the line"
    return Hit(
        version.span,
        f"the check of {backend.label} is {version.value} without a Host header: servers answer 400, so all are DOWN",
        help=advice,
        note="needs a Host header",
        fix=partial(_fix, version),
    )


def _fix(version: Word) -> Fix:
    """Without the version, and without the 'ver' of an `http-check send` line before it."""
    text, start = version.source.text, version.start
    before = text[max(start - 80, 0) : start].rstrip()
    if before.endswith((" ver", "\tver")):
        start = max(start - 80, 0) + len(before) - len("ver")
    return Fix.cut(version.source.span(start, version.end))
