"""HA020: clients of the API stay with one server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.source import Span


@rule("HA020", "balance-source-or-sticky", Severity.INFO, Scope.HAPROXY, words=("source", "stick"))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """Connections to the Kubernetes API are tied to a server by the client's address.

    Why it hurts: the API needs no such tie, since all servers have the same etcd. A cluster has few clients with many
    connections each, often behind one address: one API server gets most of the load, and another one that was
    restarted gets none (kubernetes/kubernetes#126378).

    How to fix: `balance leastconn` or `balance roundrobin`; remove `stick on src`.

    Silent when: the backend has one server, or the line depends on a variable or a condition.
    """
    seen: set[Span] = set()
    for api in api_proxies(config):
        found = _tie(api.backend) if len(api.backend.servers) > 1 and api.backend.certain else None
        if found is None or found[0] in seen:
            continue
        seen.add(found[0])
        yield Hit(
            found[0],
            f"'{found[1]}' ties each client of {api.backend.label} to one API server, though all of them know the same",
            help=found[2],
            note="uneven load",
            fix=found[3],
        )


def _tie(backend: Proxy) -> tuple[Span, str, str, Callable[[], Fix]] | None:
    balance = backend.balance
    if balance is not None and balance.known and balance.value == "source":
        wanted = "balance leastconn"
        fix = partial(Fix.write, balance.directive.span, wanted, safe=False)
        if balance.origin is not None:
            fix = partial(Fix.add, "inside", backend.span, wanted, safe=False)
        return balance.span, "balance source", f"write '{wanted}'", fix
    for line in backend.all("stick"):
        words = [word.value for word in line.args[:2]]
        if words in (["on", "src"], ["match", "src"]) and line.condition is None:
            return line.span, f"stick {' '.join(words)}", "remove the line", partial(Fix.remove, line.span, safe=False)
    return None
