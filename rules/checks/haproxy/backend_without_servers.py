"""HA015: a backend that clients are sent to has no server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy

# What else answers clients, or finds them a server.
_ANSWERS = (
    "server", "server-template", "dispatch", "stats", "monitor-uri", "redirect", "errorfile", "errorfiles", "errorloc",
    "errorloc302", "errorloc303", "http-error", "http-request", "tcp-request", "use-server", "use-fcgi-app", "filter",
    "default_backend", "use_backend", "load-server-state-from-file",
)  # fmt: skip
_TRANSPARENT = ("transparent", "http_proxy")


@rule("HA015", "backend-without-servers", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A backend that a frontend sends clients to has no server.

    Why it hurts: haproxy accepts each connection and closes it without an answer (measured with 2.6.12). It starts,
    and `haproxy -c` reports nothing.

    How to fix: add the servers: `server cp1 ADDRESS:6443 check`.

    Silent when: something else answers the clients (`http-request return`, `redirect`, `errorfile`, `stats`,
    `dispatch`, `option transparent`), the section has a condition or may be continued in a file that was not given,
    or no frontend names it; for `listen` sections, which may be there to accept the connections of a health check.
    """
    if not config.complete:
        return
    for backend in config.backends:
        if backend.kind != "backend" or backend.servers or backend.disabled or not backend.certain:
            continue
        feeders = [frontend for frontend in config.feeders(backend) if not frontend.disabled]
        if feeders and not _answers(backend):
            yield Hit(
                backend.span,
                f"{backend.label} has no server, but {feeders[0].label} sends to it: each connection is closed without "
                "an answer",
                help="add the servers, such as 'server cp1 ADDRESS:6443 check'",
                note="no server",
                related=[(frontend.span, "sends here") for frontend in feeders],
            )


def _answers(backend: Proxy) -> bool:
    if any(backend.has(keyword) for keyword in _ANSWERS) or any(backend.option(name) for name in _TRANSPARENT):
        return True
    return any(line.condition is not None for line in backend.directives)
