"""HA026: after a reload the old process stays for as long as its connections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig

_LONG = 12 * 3600.0  # seconds; the API server ends watches after an hour at most, but not exec sessions


@rule("HA026", "no-hard-stop-after", Severity.INFO, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """Connections to the Kubernetes API may be idle for more than twelve hours, and there is no `hard-stop-after`.

    Why it hurts: on a reload the old process serves its connections to their end (measured with 2.6.12: it is still
    there as long as one client is connected). Each reload leaves one more, with the memory and the configuration of
    its time: it still sends clients to servers that were removed (openshift/machine-config-operator#1274).

    How to fix: `hard-stop-after 1h` in `global`.

    Silent when: `global` has it, the timeouts are twelve hours or less, or a value has a variable or a condition.
    """
    if config.global_.has("hard-stop-after") or not config.global_.sections or not config.complete:
        return
    for api in api_proxies(config):
        for proxy, name in ((api.backend, "tunnel"), *((f, "client") for f in api.frontends)):
            value = proxy.timeout(name)
            if value is not None and value.known and (value.value or 0) > _LONG:
                yield Hit(
                    value.span,
                    f"'timeout {name} {value.raw}' without 'hard-stop-after': after a reload, the old haproxy stays "
                    "until its last connection ends",
                    help="add 'hard-stop-after 1h' to the global section",
                    note="and the old process",
                )
                return
