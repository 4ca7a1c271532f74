"""HA006: a connection limit that a Kubernetes cluster outgrows."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.source import Span
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import ApiProxy, api_proxies
from rules.text.wording import counted

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.facts.values import Value

_ENOUGH = 250


@rule("HA006", "server-maxconn-too-low", Severity.WARNING, Scope.HAPROXY, words=("maxconn",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A `maxconn` for the Kubernetes API is lower than a small cluster needs.

    Why it hurts: every kubelet, kube-proxy, controller, CNI agent and `kubectl` keeps connections open for hours. A
    connection above the limit waits for `timeout queue` and is then silently closed; haproxy's health check and
    statistics stay green (measured with 2.6.12). openshift/openshift-ansible#1497 counted about 20 connections per idle
    node.

    How to fix: remove `maxconn` from the servers, where it is unlimited by default. In a frontend or in `global` allow
    at least a few thousand.

    Silent when: the limit is 250 or more, 0 (unlimited), or depends on a variable; and for other backends.
    """
    seen: set[Span] = set()
    proxies = api_proxies(config)
    for api in proxies:
        for advice, value, scope in _limits(api):
            if value is not None and _is_low(value) and value.span not in seen:
                seen.add(value.span)
                yield _hit("maxconn", value, scope, advice)
    total = config.global_.maxconn
    if proxies and total is not None and _is_low(total):
        yield _hit("maxconn", total, "the whole process", "write 'maxconn 20000'")


def _limits(api: ApiProxy) -> Iterator[tuple[str, Value[int] | None, str]]:
    """What to type, the limit, and what it limits."""
    shared: dict[Span, int] = {}
    values = [server.maxconn for server in api.backend.servers if server.option("maxconn") is not None]
    for value in values:
        if value is not None:
            shared[value.span] = shared.get(value.span, 0) + 1
    for value in values:
        if value is not None:
            number = shared[value.span]
            scope = f"each of the {counted(number, 'server')} of" if number > 1 else "this server of"
            yield f"remove 'maxconn {value.raw}': servers take any number", value, f"{scope} {api.backend.label}"
    for frontend in api.frontends:
        yield "write 'maxconn 10000', or remove the line", frontend.maxconn, frontend.label


def _is_low(value: Value[int]) -> bool:
    return value.certain and value.value is not None and 0 < value.value < _ENOUGH


def _hit(setting: str, value: Value[int], scope: str, advice: str) -> Hit:
    return Hit(
        value.span,
        f"'{setting} {value.raw}' limits {scope} to {counted(value.value or 0, 'connection')}; kubelets and "
        "controllers keep theirs open for hours, and those above the limit wait and are closed",
        help=advice,
        note="a few nodes use this up",
        fix=partial(_fix, value, advice),
    )


def _fix(value: Value[int], advice: str) -> Fix:
    """Out of a server line; in `frontend` and `global` the number that the help names."""
    keyword = value.directive.keyword
    if keyword == "maxconn":
        return Fix.write(value.directive.span, advice.split("'")[1], safe=False)
    start = value.span.source.text.rindex("maxconn", 0, value.span.start)
    return Fix.cut(value.span.source.span(start, value.span.end), safe=False)
