"""HA003: a check of the API servers that only opens a connection."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.source import Span
    from rules.engine.finding import Step

_LINES = "'option httpchk GET /readyz' and 'http-check expect status 200'"


@rule("HA003", "tcp-only-health-check", Severity.INFO, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """The check of the Kubernetes API opens a connection and asks nothing.

    Why it hurts: the port of an API server is open while it starts, while it has lost etcd, and while it hangs: the
    server is UP ("L4OK", measured with haproxy 2.6.12) and keeps its share of the clients.

    How to fix: `option httpchk GET /readyz`, `http-check expect status 200`, and `check-ssl verify none` on the
    servers. `/readyz` answers without credentials unless anonymous requests are off.

    Silent when: another check option is used, the check goes to another port or has steps of its own (`tcp-check
    send`), an agent answers, or a line depends on a variable or a condition. Unused `http-check` lines are HA047's,
    `ssl-hello-chk` HA007's. It is said once per file.
    """
    found = [(api.backend, place) for api in api_proxies(config) if (place := _place(api.backend)) is not None]
    if not found:
        return
    backend, place = found[0]
    encrypted = all(server.check_ssl or server.ssl for server in backend.servers)
    also = "" if encrypted else ", and 'check-ssl verify none' to the servers"
    yield Hit(
        place,
        f"the check of {backend.label} only opens a connection: an API server that hangs or is not ready stays UP",
        help=f"add {_LINES} to {backend.label}{also}",
        note="asks nothing",
        fix=partial(_fix, [proxy for proxy, _ in found]),
        related=[(other, f"the same in {proxy.label}") for proxy, other in found[1:] if other != place],
    )


def _fix(backends: list[Proxy]) -> Fix | None:
    """The same for all of them; None where a check has steps of its own."""
    steps: list[Step] = []
    lines = "option httpchk GET /readyz\nhttp-check expect status 200"
    for backend in backends:
        option = backend.effective_check
        if backend.tcp_checks:
            return None
        if option is not None and option.origin is None:
            steps += [("remove", option.directive.span, ""), ("above", option.directive.span, lines)]
        else:
            steps.append(("inside", backend.span, lines))
        for server in backend.servers:
            if not (server.check_ssl or server.ssl):
                steps.append(("append", server.span, "check-ssl verify none"))
    return Fix("ask for /readyz", tuple(steps), safe=False)


def _place(backend: Proxy) -> Span | None:
    """What turns the check on, if it is certainly a bare connection."""
    option = backend.effective_check
    if backend.effective_mode != "tcp" or not backend.certain or backend.http_checks:
        return None
    if any(line.first_arg != "connect" for line in backend.tcp_checks):
        return None
    if option is not None and (not option.certain or option.value != "tcp-check"):
        return None
    servers = backend.servers
    if not all(server.certain and server.options_certain for server in servers):
        return None
    if any(server.option(name) for server in servers for name in ("port", "addr", "agent-check", "track")):
        return None
    checks = [found for server in servers if server.check and (found := server.option("check")) is not None]
    return option.span if checks and option is not None else checks[0].span if checks else None
