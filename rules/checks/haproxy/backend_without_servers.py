"""HA015: a backend that clients are sent to has no server; HA018: a frontend that sends nobody anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
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


# What answers clients without a backend, or finds them one.
_ANSWERS_ITSELF = (
    "default_backend", "use_backend", "redirect", "monitor-uri", "stats", "http-request", "tcp-request", "filter",
    "errorfile", "errorfiles", "errorloc", "errorloc302", "errorloc303", "http-error",
)  # fmt: skip


@rule("HA018", "no-default-backend", Severity.WARNING, Scope.HAPROXY)
def no_default_backend(config: HaproxyConfig) -> Iterator[Hit]:
    """A frontend listens, but has neither `default_backend` nor `use_backend`.

    Why it hurts: haproxy accepts each connection and closes it without an answer, or answers 503 in mode http
    (measured with 2.6.12). `haproxy -c` reports nothing.

    How to fix: `default_backend NAME`.

    Silent when: something else answers (`http-request`, `tcp-request`, `redirect`, `monitor-uri`, `stats`, an error
    page), its own or inherited; a line depends on a condition; the mode is neither tcp nor http; not all files are
    known; or the section has `server` lines, which another rule reports.
    """
    if not config.complete:
        return
    for frontend in config.frontends:
        if frontend.kind != "frontend" or frontend.disabled or not frontend.certain or not frontend.binds:
            continue
        if frontend.effective_mode not in ("tcp", "http") or frontend.has("server") or _answers_itself(frontend):
            continue
        names = [proxy.name.raw for proxy in config.backends if proxy.kind == "backend" and proxy.name is not None]
        wanted = names[0] if len(names) == 1 else "NAME"
        outcome = "answers each request with 503" if frontend.effective_mode == "http" else "closes each connection"
        yield Hit(
            frontend.span,
            f"{frontend.label} has no backend: haproxy {outcome}",
            help=f"add 'default_backend {wanted}' to the section",
            note="leads nowhere",
            fix=partial(Fix.add, "inside", frontend.span, f"default_backend {wanted}", safe=False)
            if wanted != "NAME"
            else None,
        )


def _answers_itself(frontend: Proxy) -> bool:
    section: Proxy | None = frontend
    while section is not None:
        if any(section.has(keyword) for keyword in _ANSWERS_ITSELF):
            return True
        section = section.defaults
    return any(line.condition is not None for line in frontend.directives)
