"""HA021: clients keep their connections to a dead API server."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy

_LONG = 600  # seconds: shorter timeouts end such a connection soon enough


_WANTED = "on-marked-down shutdown-sessions"


@rule("HA021", "no-down-session-shutdown", Severity.INFO, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """Servers of the Kubernetes API are taken out of rotation, but keep the connections that they have.

    Why it hurts: when a machine dies without closing its connections, haproxy sends new ones elsewhere and holds
    the old ones until `timeout server` or `tunnel`. Kubelets and controllers wait on them: nodes became NotReady
    (kubernetes/kubernetes#41185, #48638). Newer ones notice after about 30 s by HTTP/2 pings.

    How to fix: `on-marked-down shutdown-sessions` on the servers.

    Silent when: there is one server, none is checked, the timeouts are below 10 minutes, or an option depends on a
    variable. It is said once per file.
    """
    found = [api.backend for api in api_proxies(config) if _keeps(api.backend)]
    if found:
        first = found[0].servers[0]
        yield Hit(
            first.name.span,
            f"the servers of {found[0].label} keep their connections when they are DOWN: clients of a machine that "
            "died wait on them",
            help=f"add '{_WANTED}' to the servers",
            note="keeps them",
            fix=partial(Fix.append, [s.span for b in found for s in b.servers], _WANTED, safe=False),
            related=[(backend.servers[0].name.span, f"and in {backend.label}") for backend in found[1:]],
        )


def _keeps(backend: Proxy) -> bool:
    servers = backend.servers
    if len(servers) < 2 or not backend.certain or not all(s.check and s.certain and s.options_certain for s in servers):
        return False
    if any(server.option("on-marked-down") for server in servers):
        return False
    timeout = backend.timeout("tunnel") or backend.timeout("server")
    return timeout is not None and timeout.known and (timeout.value or _LONG) >= _LONG
