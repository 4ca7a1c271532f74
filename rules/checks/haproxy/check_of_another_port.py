"""HA076: something else than the API's port decides whether an API server gets clients."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from parsers.facts.haproxy.options import as_int
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server
    from parsers.source import Span

# Ports that a control-plane node has besides the API server's; a check that asks them proves another program.
_OTHERS = {
    22: "sshd", 53: "DNS", 2379: "etcd", 2380: "etcd", 2381: "etcd's metrics", 9100: "an exporter",
    9345: "RKE2's supervisor", 10248: "the kubelet", 10249: "kube-proxy", 10250: "the kubelet", 10256: "kube-proxy",
    10257: "the controller manager", 10259: "the scheduler", 50000: "Talos", 50001: "Talos",
}  # fmt: skip


@rule("HA076", "check-of-another-port", Severity.WARNING, Scope.HAPROXY, words=("port", "addr", "track", "agent"))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """The check of an API server goes to another port or server, or an agent alone decides.

    Why it hurts: what answers there may work while the API server does not, or stop while it does: the server
    is UP or DOWN for the wrong reason (measured with 2.6.12: UP with the port of the API closed).

    How to fix: remove `port`, so that the check asks the port that clients get.

    Silent when: the check is an HTTP check of a port that no other program of a control-plane node has (a health proxy
    beside the API server), the server's own port is not known, or something depends on a variable or a condition.
    A bare connection to an unknown port is an info.
    """
    seen: set[Span] = set()
    for api in api_proxies(config):
        for server in api.backend.servers:
            if not server.certain or not server.options_certain or server.port is None or server.disabled:
                continue
            hit = _port(api.backend, server) or _address(api.backend, server)
            hit = hit or _track(config, api.backend, server) or _agent(api.backend, server)
            if hit is None and server is api.backend.servers[0]:
                hit = _steps(api.backend, server)
            if hit is not None and hit.span not in seen:
                seen.add(hit.span)
                yield hit


def _port(backend: Proxy, server: Server) -> Hit | None:
    option = server.option("port") if server.check else None
    value = as_int(option)
    if option is None or value is None or not value.known or value.value in (server.port, 0):
        return None
    port = value.value or 0
    owner = _OTHERS.get(port)
    check = backend.effective_check
    if owner is None and ((check is not None and check.value not in (None, "tcp-check")) or backend.tcp_checks):
        return None
    who = f", {owner}'s," if owner and not owner.startswith("etcd'") else ""
    return Hit(
        option.name_span,
        f"the check of server '{server.name.raw}' asks port {port}{who} and clients get port {server.port}: it is UP "
        "while the API server is not",
        help=f"remove 'port {port}'",
        note=f"not {server.port}",
        fix=partial(Fix.cut, option.full_span, safe=False) if owner else None,
        severity=None if owner else Severity.INFO,
    )


def _steps(backend: Proxy, server: Server) -> Hit | None:
    """`http-check connect port N` and `tcp-check connect port N`."""
    for line in (*backend.http_checks, *backend.tcp_checks) if server.check else ():
        for name, value in pairwise(line.args):
            port = int(value.value) if value.value.isdecimal() and len(value.value) < 6 else 0
            if line.first_arg != "connect" or name.value != "port" or port == server.port or port not in _OTHERS:
                continue
            if line.condition is None:
                return Hit(
                    value.span,
                    f"the check of {backend.label} asks port {port}, {_OTHERS[port]}'s, and clients get port "
                    f"{server.port}: servers are UP while the API server is not",
                    help=f"remove 'port {port}'",
                    note=f"not {server.port}",
                    fix=partial(Fix.cut, name.span, value.span, safe=False),
                )
    return None


def _address(backend: Proxy, server: Server) -> Hit | None:
    """`addr` with the address of another server: a copy of its line."""
    option = server.option("addr") if server.check else None
    if option is None or not option.certain or option.origin is not None or option.value == server.parsed.host:
        return None
    other = next((o for o in backend.servers if o is not server and o.parsed.host == option.value), None)
    if other is None:
        return None
    return Hit(
        option.span,
        f"the check of server '{server.name.raw}' asks {option.value}, which is server '{other.name.raw}'",
        help=f"remove 'addr {option.value}'",
        note="another server",
        fix=partial(Fix.cut, option.full_span),
    )


def _track(config: HaproxyConfig, backend: Proxy, server: Server) -> Hit | None:
    option = server.option("track")
    if option is None or not option.certain or not option.value:
        return None
    owner, _, name = option.value.rpartition("/")
    other = config.backend(owner) if owner else backend
    followed = other.server(name) if other is not None else None
    if followed is None or followed.port in (None, server.port) or followed.option("port"):
        return None
    return Hit(
        option.span,
        f"server '{server.name.raw}' follows the check of '{option.value}', which is of port {followed.port}, and "
        f"clients get port {server.port}",
        help=f"write 'check' instead of 'track {option.value}'",
        note=f"port {followed.port}",
        fix=partial(Fix.write, option.full_span, "check", safe=False),
    )


def _agent(backend: Proxy, server: Server) -> Hit | None:
    option = server.option("agent-check")
    if option is None or not option.certain or server.check is not False or server.option("track"):
        return None
    return Hit(
        option.span,
        f"an agent alone says whether server '{server.name.raw}' of {backend.label} is UP: while it does not answer, a "
        "dead API server keeps its clients",
        help="add 'check' to the line",
        note="no 'check'",
        severity=Severity.INFO,
    )
