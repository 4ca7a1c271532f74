"""HA018: a frontend that sends nobody anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy

# What answers clients without a backend, or finds them one.
_ANSWERS = (
    "default_backend", "use_backend", "redirect", "monitor-uri", "stats", "http-request", "tcp-request", "filter",
    "errorfile", "errorfiles", "errorloc", "errorloc302", "errorloc303", "http-error",
)  # fmt: skip


@rule("HA018", "no-default-backend", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
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
        if frontend.effective_mode not in ("tcp", "http") or frontend.has("server") or _answers(frontend):
            continue
        names = [proxy.name.raw for proxy in config.backends if proxy.kind == "backend" and proxy.name is not None]
        wanted = names[0] if len(names) == 1 else "NAME"
        outcome = "answers each request with 503" if frontend.effective_mode == "http" else "closes each connection"
        yield Hit(
            frontend.span,
            f"{frontend.label} has no backend: haproxy {outcome}",
            help=f"add 'default_backend {wanted}' to the section",
            note="leads nowhere",
        )


def _answers(frontend: Proxy) -> bool:
    section: Proxy | None = frontend
    while section is not None:
        if any(section.has(keyword) for keyword in _ANSWERS):
            return True
        section = section.defaults
    return any(line.condition is not None for line in frontend.directives)
