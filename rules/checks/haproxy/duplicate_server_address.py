"""HA014: one server under two names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server

# Options with which two lines for one address can be intentional.
_DISTINGUISHING = (
    "backup", "disabled", "source", "namespace", "sni", "ssl", "send-proxy", "send-proxy-v2", "track", "cookie",
    "proto",
)  # fmt: skip


@rule("HA014", "duplicate-server-address", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """Two servers of one backend have the same address and port.

    Why it hurts: usually a copied line in which only the name was changed. The server that was meant is missing, the
    other one gets twice its share, and both go DOWN together. haproxy does not report it (2.6 to 3.4).

    How to fix: correct the address, or remove the line; use `weight` for a larger share.

    Silent when: an option distinguishes the two (`backup`, `cookie`, `sni`, `source`, ...), the address depends on a
    variable, has no port, or belongs to a `server-template`.
    """
    for backend in config.backends:
        if len(backend.servers) < 2:
            continue
        seen: dict[str, Server] = {}
        for server in backend.servers:
            word = server.address_word
            if word is None or not server.certain or server.template:
                continue
            first = seen.setdefault(word.value, server)
            if first is server or server.port is None or first.name.raw == server.name.raw:
                continue  # a line that appears twice is refused because of its name
            if not _differ(first, server):
                yield _hit(first, server, backend)


def _differ(one: Server, other: Server) -> bool:
    for name in _DISTINGUISHING:
        a, b = one.option(name), other.option(name)
        if (a is None) != (b is None) or (a is not None and b is not None and a.raw != b.raw):
            return True
    return False


def _hit(first: Server, server: Server, backend: Proxy) -> Hit:
    return Hit(
        server.address_span,
        f"server '{server.name.raw}' of {backend.label} has the same address as server '{first.name.raw}', "
        f"'{server.host.raw}'",
        help=f"write the address of '{server.name.raw}', or remove the line",
        note="the same address",
        related=[(first.address_span, f"server '{first.name.raw}'")],
    )
