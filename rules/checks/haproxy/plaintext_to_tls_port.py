"""HA039: plain HTTP to a TLS port."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import API_PORT
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server


@rule("HA039", "plaintext-to-tls-port", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A proxy in mode http, or one that ends the clients' TLS, sends plain text to port 443 or 6443 of its servers.

    Why it hurts: those ports expect TLS. The servers answer plain HTTP with 400 or close the connection, and `haproxy
    -c` does not report it. For the Kubernetes API it means that the proxy should not be in mode http at all: it
    receives the clients' TLS and can't read it.

    How to fix: `mode tcp` in frontend and backend if haproxy passes TLS through, as it should for the Kubernetes API,
    whose clients bring certificates. For other servers, `ssl verify required ca-file FILE` (or `ssl verify none`).

    Silent when: the server has `ssl`, its own or from `default-server`, the mode is tcp and not every frontend ends
    TLS, or it depends on a variable or a condition; and behind a frontend in mode tcp, which
    `mode-mismatch-frontend-backend` reports. For `ssl` before the Kubernetes API see `tls-terminated-or-double-tls`.
    """
    for backend in config.backends:
        if not backend.servers or backend.effective_mode not in ("http", "tcp") or not backend.certain:
            continue
        if backend.effective_mode == "tcp":
            yield from _ended(config, backend)
            continue
        if any(frontend.effective_mode == "tcp" for frontend in config.feeders(backend)):
            continue
        plain = [server for server in backend.servers if _is_plain(server)]
        if plain:
            first = plain[0]
            yield Hit(
                first.address_span,
                f"{backend.label} is in mode http and sends plain HTTP to port {first.port} of server "
                f"'{first.name.raw}', which expects TLS",
                help=_help(config, backend, first),
                note="plain HTTP",
                fix=partial(_passed_through, config, backend, first),
                related=[(server.address_span, "here too") for server in plain[1:]],
            )


def _ended(config: HaproxyConfig, backend: Proxy) -> Iterator[Hit]:
    """Mode tcp: every frontend ends TLS, and port 443 of the servers gets what was inside."""
    plain = [server for server in backend.servers if server.port == 443 and _is_plain(server)]
    feeders = config.feeders(backend) if plain else []
    binds = [bind for frontend in feeders for bind in frontend.binds]
    if not binds or any(not frontend.certain for frontend in feeders) or not all(b.certain and b.ssl for b in binds):
        return
    ended = binds[0].option("ssl")
    yield Hit(
        plain[0].address_span,
        f"{feeders[0].label} ends the clients' TLS, and {backend.label} sends the rest in plain text to port 443 of "
        f"server '{plain[0].name.raw}', which expects TLS",
        help="add 'ssl verify none' to the servers, or remove 'ssl' from the bind line",
        note="plain text",
        related=[(ended.span, "TLS ends here")] if ended is not None else [],
    )


def _help(config: HaproxyConfig, backend: Proxy, server: Server) -> str:
    """TLS to the servers is right for the web; the certificates of the API's clients would end at haproxy."""
    if server.port != API_PORT:
        return "add 'ssl verify none' (better: a 'ca-file') to the servers, or use 'mode tcp' on both sides"
    frontends = config.feeders(backend)
    labels = dict.fromkeys(proxy.label for proxy in (*frontends, backend))
    ended = any(bind.ssl for frontend in frontends for bind in frontend.binds)
    also = ", and remove 'ssl' and 'crt ...' from the bind line" if ended else ""
    return f"use 'mode tcp' in {listed(labels)}{also}, so that the clients' TLS reaches the API server"


def _passed_through(config: HaproxyConfig, backend: Proxy, server: Server) -> Fix | None:
    """`mode tcp` on both sides, for the Kubernetes API; None where haproxy ends TLS, or a mode has a condition."""
    proxies = list({id(proxy): proxy for proxy in (*config.feeders(backend), backend)}.values())
    lines = [proxy.get("mode") for proxy in proxies]
    if server.port != API_PORT or any(bind.ssl for proxy in proxies for bind in proxy.binds):
        return None
    if any(line is not None and line.condition is not None for line in lines):
        return None
    steps = tuple(
        ("write", line.span, "mode tcp") if line is not None else ("inside", proxy.span, "mode tcp")
        for proxy, line in zip(proxies, lines, strict=True)
    )
    return Fix("write 'mode tcp' on both sides", steps, safe=False)


def _is_plain(server: Server) -> bool:
    return server.port in (443, API_PORT) and server.certain and server.options_certain and server.ssl is False
