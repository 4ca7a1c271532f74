"""HA001: a frontend and its backend have different modes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies, port_of

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.source import Span

_TLS_PORTS = (443, 6443, 8443)


@rule("HA001", "mode-mismatch-frontend-backend", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A frontend and the backend it sends to have different modes, once `defaults` is taken into account.

    Why it hurts: haproxy refuses an http frontend with a tcp backend ("tries to use incompatible tcp backend"; 2.6 to
    3.4), and `mode tcp` in the backend does not change the frontend: with the `mode http` of Debian's `defaults`
    section that is how most first attempts at a Kubernetes load balancer fail. The reverse, a tcp frontend with an http
    backend, is accepted silently; the HTTP parser then receives the clients' TLS handshakes and answers each with an
    error (measured with 2.6 and 2.8).

    How to fix: write `mode tcp` in both, or in the `defaults` section that both use.

    Silent when: a mode depends on a variable, a condition or an unknown `defaults` section, the backend is chosen at
    run time, and for a tcp frontend with an http backend whose ports are not known for TLS, or that looks at what
    clients say (`tcp-request`, `use_backend`): haproxy can upgrade such a connection.
    """
    api = {id(proxy.backend) for proxy in api_proxies(config)}
    for frontend in config.frontends:
        mode = frontend.effective_mode
        if mode not in ("http", "tcp") or not frontend.certain:
            continue
        seen: set[int] = set()
        for _, backend in config.routes(frontend):
            if backend is None or id(backend) in seen or not backend.certain:
                continue
            seen.add(id(backend))
            other = backend.effective_mode
            if mode == "http" and other == "tcp":
                yield _hit(frontend, backend, "haproxy refuses the file", "tcp" if id(backend) in api else None)
            elif mode == "tcp" and other == "http" and (id(backend) in api or _is_tls(frontend, backend)):
                yield _hit(frontend, backend, "its HTTP parser can't read the clients' TLS", "tcp")
            elif mode == "tcp" and other == "http" and _gets_tls(frontend):
                outcome = "its HTTP parser can't read the TLS that clients of port 443 speak"
                yield _hit(frontend, backend, outcome, "tcp", Severity.WARNING)


def _is_tls(frontend: Proxy, backend: Proxy) -> bool:
    """Whether the ports show that clients and servers use TLS, which haproxy passes through."""
    if any(bind.ssl for bind in frontend.binds) or any(server.ssl for server in backend.servers[:8]):
        return False
    bound = any(a.covers_port(p) for b in frontend.binds for a in b.addresses for p in _TLS_PORTS)
    return bound and any(port_of(server) in _TLS_PORTS for server in backend.servers[:8])


def _gets_tls(frontend: Proxy) -> bool:
    """Whether clients speak TLS to the frontend, judging by its port, and nothing looks at what they say."""
    if frontend.has("use_backend") or frontend.has("tcp-request") or any(bind.ssl for bind in frontend.binds):
        return False
    return any(address.covers_port(443) for bind in frontend.binds for address in bind.addresses)


def _hit(frontend: Proxy, backend: Proxy, outcome: str, wanted: str | None, severity: Severity | None = None) -> Hit:
    wrong, right = (backend, frontend) if frontend.effective_mode == wanted else (frontend, backend)
    mode = wanted or "tcp"
    related = [(place, note) for place, note in (_origin(wrong), _origin(right)) if place != _place(wrong)]
    return Hit(
        _place(wrong),
        f"{frontend.label} is in mode {frontend.effective_mode}{_inherited(frontend)}, but sends to {backend.label}, "
        f"which is in mode {backend.effective_mode}{_inherited(backend)}: {outcome}",
        help=f"write 'mode {mode}' in {wrong.label}",
        note=f"mode {wrong.effective_mode}",
        related=related,
        severity=severity,
        fix=partial(_fix, wrong, mode),
    )


def _fix(proxy: Proxy, mode: str) -> Fix | None:
    own = proxy.get("mode")
    if own is None:
        return Fix.add("inside", proxy.span, f"mode {mode}")
    return Fix.write(own.span, f"mode {mode}") if own.condition is None else None


def _place(proxy: Proxy) -> Span:
    """The proxy's own `mode`, or else its name."""
    if proxy.mode is not None and proxy.mode.origin is None:
        return proxy.mode.span
    return proxy.name.span if proxy.name is not None else proxy.span


def _origin(proxy: Proxy) -> tuple[Span, str]:
    """Where the mode comes from, with the note to show there."""
    if proxy.mode is None:
        return _place(proxy), f"{proxy.label}: mode tcp, the default"
    return proxy.mode.span, f"{proxy.label}: mode {proxy.mode.raw}{_inherited(proxy)}"


def _inherited(proxy: Proxy) -> str:
    return f" (from '{proxy.mode.origin}')" if proxy.mode is not None and proxy.mode.origin else ""
