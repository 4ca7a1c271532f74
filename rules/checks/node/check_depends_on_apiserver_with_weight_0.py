"""XN205: a check through haproxy to the API servers, with weight 0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.commands.plain import only_files

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from rules.fleet.node import Node


@rule("XN205", "check-depends-on-apiserver-with-weight-0", Severity.INFO, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """The check sends a request through haproxy to an API server, and is tracked with weight 0.

    Why it hurts: when no API server answers, or all of them are slow, the check fails on every node: all are in FAULT,
    the VIP is nowhere, and it moves about while the cluster recovers. No other load balancer could have served it.

    How to fix: ask haproxy itself, such as a `monitor-uri` on 127.0.0.1; or give the check a weight, with
    which the VIP stays somewhere.

    Silent when: the port is not that of a frontend for the Kubernetes API in mode tcp, or the check has a weight.
    """
    if node.keepalived is None or node.haproxy is None:
        return
    if only_files(node.keepalived):
        return
    from rules.failover.watching import watches
    from rules.support.commands.surroundings import Answerer, Surroundings
    from rules.support.commands.tree import ProbeKind, probes_of

    around = Surroundings.of(node.keepalived, node.haproxy)
    through: set[int] | None = None
    seen: set[str] = set()
    for watch in watches(node):
        for item in watch.items:
            if item.check.weight or item.used is None or item.used.meaning.test is None or item.tracker.name in seen:
                continue
            asked = [p for p in probes_of(item.used.meaning.test) if p.kind is ProbeKind.PORT and p.scheme == "https"]
            if not asked or item.check.reverse:
                continue
            through = _api_ports(node.haproxy) if through is None else through
            answered = (p.port for p in asked if around.place(p.name, p.port or 0) is Answerer.HAPROXY)
            port = next((port for port in answered if port in through), None)
            if port is None:
                continue
            seen.add(item.tracker.name)
            yield Hit(
                item.used.span,
                f"the check of {item.used.title} goes through haproxy to an API server, and its weight is 0: when no "
                "API server answers, it fails on every node and the VIP is nowhere",
                help=_help(node.haproxy),
                note=f"port {port} leads to the API servers",
                node=node.name,
            )


def _help(config: HaproxyConfig) -> str:
    from rules.support.haproxy.requests import own_answer

    frontend, command = own_answer(config)
    return f"{frontend}write a command that asks haproxy itself, such as '{command}', or write a weight"


def _api_ports(config: HaproxyConfig) -> set[int]:
    """The ports of frontends in mode tcp that lead to the API servers."""
    from rules.support.haproxy.routing import api_proxies

    frontends = [f for proxy in api_proxies(config) for f in proxy.frontends if f.effective_mode == "tcp"]
    return {a.port_start for f in frontends for bind in f.binds for a in bind.addresses if a.port_start is not None}
