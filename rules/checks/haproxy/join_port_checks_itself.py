"""HA057: the check of RKE2's port for joining says nothing about the API."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import API_PORT

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Server

_JOIN_PORT = 9345


@rule("HA057", "join-port-checks-itself", Severity.INFO, Scope.HAPROXY, words=("9345",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """The servers on port 9345 (RKE2) are checked by a connection to that port.

    Why it hurts: RKE2 opens 9345 before its API server is ready, and keeps it open without it
    (rancher/rke2-docs#231): a node that joins is sent to a server that can't take it.

    How to fix: `check port 6443`, so that a server whose API is not there gets no joining nodes.

    Silent when: the check goes to another port or asks something (`option httpchk`), an agent answers, or something
    depends on a variable or a condition.
    """
    for backend in config.backends:
        option = backend.effective_check
        if not backend.certain or not backend.servers or (option is not None and option.value != "tcp-check"):
            continue
        if backend.tcp_checks or not all(_checks_itself(server) for server in backend.servers):
            continue
        first = backend.servers[0]
        yield Hit(
            first.address_span,
            f"the check of {backend.label} asks port {_JOIN_PORT} itself, which is open while the API server on "
            f"{API_PORT} is not ready",
            help=f"add 'port {API_PORT}' to the servers, so that the check asks the API server",
            note="open without an API server",
            fix=partial(Fix.append, [server.span for server in backend.servers], f"port {API_PORT}", safe=False),
            related=[(server.address_span, "here too") for server in backend.servers[1:]],
        )


def _checks_itself(server: Server) -> bool:
    if server.port != _JOIN_PORT or not server.certain or not server.options_certain or not server.check:
        return False
    return not any(server.option(name) for name in ("port", "addr", "agent-check", "track"))
