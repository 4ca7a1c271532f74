"""HA008: the API servers answer the health check with 401 or 403, and the check wants something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.support.haproxy.checks import health_expectation
from rules.support.haproxy.routing import api_proxies
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import Proxy
    from parsers.source import Span
    from rules.live.views.view import LiveView

_REFUSALS = (401, 403)


@rule("HA008", "health-endpoint-401", Severity.ERROR, Scope.HOST, needs=("network",))
def check(view: LiveView) -> Iterator[Hit]:
    """Every API server answers `/readyz` with 401 or 403, and haproxy's check wants another status.

    Why it hurts: haproxy takes all servers out of rotation ("Layer7 wrong status", measured with 2.6.12), and the
    API is gone although every API server works. 401 is the answer where anonymous requests are off
    (`--anonymous-auth=false`, the default of some distributions), 403 where a rule of RBAC was removed.

    How to fix: let the check take the answer too, `http-check expect status 200,401` (in a file of halb-wizard's:
    `check = "readyz-401"` under `[haproxy]` in halb.toml, and render again), or allow anonymous requests to the health
    endpoints in the API server's AuthenticationConfiguration.

    Silent when: a server of the backend was not queried or answered something else, the check sends a header of its own
    (it may authenticate), asks another path or port, or depends on a variable or a condition.
    """
    seen: set[Span] = set()
    for node in view.fleet.nodes:
        for api in api_proxies(node.haproxy) if node.haproxy is not None else ():
            hit = _hit(view, api.backend, node.name)
            if hit is not None and hit.span not in seen:
                seen.add(hit.span)
                yield hit


def _hit(view: LiveView, backend: Proxy, node: str) -> Hit | None:
    statuses, wanted = _statuses(view, backend), health_expectation(backend)
    if not statuses or wanted is None or any(wanted.accepts(status) for status in statuses):
        return None
    words = listed(dict.fromkeys(map(str, statuses)))
    also = ",".join(["200", *dict.fromkeys(map(str, sorted(statuses)))])
    return Hit(
        wanted.said or wanted.option,
        f"every API server of {backend.label} answers {words} to /readyz, and the check wants another status: haproxy "
        "takes all of them out of rotation",
        help=f"{'write' if wanted.said else 'add'} 'http-check expect status {also}'{_of_plan(view)}",
        note=f"not {words}",
        node=node,
    )


def _of_plan(view: LiveView) -> str:
    """What to write where halb-wizard renders the file; its other check takes both answers."""
    said = "; with halb-wizard, write 'check = \"readyz-401\"' under [haproxy] in halb.toml and render again"
    return said if view.endpoint.check == "readyz" else ""


def _statuses(view: LiveView, backend: Proxy) -> list[int]:
    """What the servers answered; empty if one of them was not queried, or answered something else."""
    statuses = []
    for server in backend.servers:
        probe = view.observed.probe(server.address, server.port) if server.address and server.port else None
        if probe is None or probe.contact is not Contact.HTTP or probe.status not in _REFUSALS:
            return []
        if server.option("port") or server.option("addr") or not server.check:
            return []
        statuses.append(probe.status)
    return statuses
