"""HA039: plain HTTP to a TLS port."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import API_PORT

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Server


@rule("HA039", "plaintext-to-tls-port", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A proxy in mode http sends plain HTTP to port 443 or 6443 of its servers.

    Why it hurts: those ports expect TLS. The servers answer plain HTTP with 400 or close the connection, and `haproxy
    -c` does not report it. For the Kubernetes API it means that the proxy should not be in mode http at all: it
    receives the clients' TLS and can't read it.

    How to fix: `ssl verify required ca-file FILE` (or `ssl verify none`) on the servers if haproxy terminates the
    clients' TLS and opens its own; `mode tcp` in frontend and backend if it passes TLS through.

    Silent when: the server has `ssl`, its own or from `default-server`, the mode is not http, or it depends on a
    variable or a condition; and behind a frontend in mode tcp, which `mode-mismatch-frontend-backend` reports.
    """
    for backend in config.backends:
        if not backend.servers or backend.effective_mode != "http" or not backend.certain:
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
                help="add 'ssl verify none' (better: a 'ca-file') to the servers, or use 'mode tcp' on both sides",
                note="plain HTTP",
                related=[(server.address_span, "here too") for server in plain[1:]],
            )


def _is_plain(server: Server) -> bool:
    return server.port in (443, API_PORT) and server.certain and server.options_certain and server.ssl is False
