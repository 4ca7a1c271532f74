"""HA008: the API servers answer the health check with 401 or 403, and the check wants something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.observations import Contact
from rules.support.haproxy.checks import accepts_status, http_check_of
from rules.support.haproxy.routing import api_proxies
from rules.text.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.facts.haproxy import Proxy
    from parsers.source import Span
    from rules.live.views.view import LiveView

    Accepts = Callable[[int], bool]

_REFUSALS = (401, 403)
_PATHS = ("/readyz", "/healthz", "/livez")


@rule("HA008", "health-endpoint-401", Severity.ERROR, Scope.HOST, needs=("network",))
def check(view: LiveView) -> Iterator[Hit]:
    """Every API server answers `/readyz` with 401 or 403, and haproxy's check wants another status.

    Why it hurts: haproxy takes all servers out of rotation ("Layer7 wrong status", measured with 2.6.12), and the
    API is gone although every API server works. 401 is the answer where anonymous requests are off
    (`--anonymous-auth=false`, the default of some distributions), 403 where a rule of RBAC was removed.

    How to fix: let the check take the answer too, `http-check expect status 200,401`, or allow anonymous requests to
    the health endpoints in the API server's AuthenticationConfiguration.

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
    found = http_check_of(backend)
    if (
        found is None
        or set(found.headers) - {"host"}
        or not _asks_health(backend, " ".join(word.value for word in found.option.directive.words))
    ):
        return None
    statuses = _statuses(view, backend)
    wanted = _expected(backend)
    if not statuses or wanted is None or any(wanted[0](status) for status in statuses):
        return None
    span = wanted[1] or found.option.span
    words = listed(dict.fromkeys(map(str, statuses)))
    also = ",".join(["200", *dict.fromkeys(map(str, sorted(statuses)))])
    return Hit(
        span,
        f"every API server of {backend.label} answers {words} to /readyz, and the check wants another status: haproxy "
        "takes all of them out of rotation",
        help=f"write 'http-check expect status {also}'" if wanted[1] else f"add 'http-check expect status {also}'",
        note=f"not {words}",
        node=node,
    )


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


def _asks_health(backend: Proxy, option: str) -> bool:
    texts = [option, *(line.line_text for line in backend.http_checks)]
    return any(path in text for text in texts for path in _PATHS)


def _expected(backend: Proxy) -> tuple[Accepts, Span | None] | None:
    """Whether a status passes the check, and the place that says so; None if that is not known."""
    lines = [line for line in backend.http_checks if line.first_arg == "expect"]
    if not lines:
        return (lambda status: 200 <= status < 400), None
    if len(lines) > 1:
        return None
    words = [word.value for word in lines[0].args]
    if len(words) < 3 or words[-2] not in ("status", "rstatus") or "!" in words:
        return None
    accepts = accepts_status(words[-2], words[-1])
    return (accepts, lines[0].args[-1].span) if accepts is not None else None
