"""HA032: a proxy without the timeouts that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.source import Span

# Their old names, removed in haproxy 2.1; another rule reports them.
_OLD = {"client": "clitimeout", "server": "srvtimeout", "connect": "contimeout"}
_NAMES = ("connect", "client", "server")


@rule("HA032", "missing-timeouts", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A proxy has no `timeout client`, `connect` or `server`, neither its own nor from `defaults`.

    Why it hurts: without a timeout haproxy waits forever: connections of clients and servers that are long gone fill
    its tables until no one can connect. haproxy warns ("missing timeouts") and starts. A proxy uses the last `defaults`
    section before it, and a second anonymous one starts empty, which is how the timeouts of the first get lost.

    How to fix: set them once in the `defaults` section that the proxy uses.

    Silent when: the proxy is disabled or needs no timeout (a backend without servers), `timeout tunnel` replaces
    `timeout server` in mode tcp, or it depends on a condition or a variable. 0 counts as missing.
    """
    by_defaults: dict[int, list[tuple[Proxy, list[str]]]] = {}
    for proxy in config.proxies:
        if not proxy.certain or proxy.disabled or proxy.effective_mode not in ("tcp", "http"):
            continue
        missing = [name for name in _needed(proxy) if _is_missing(proxy, name)]
        if missing:
            by_defaults.setdefault(id(proxy.defaults), []).append((proxy, missing))
    api = {id(proxy) for served in api_proxies(config) for proxy in (served.backend, *served.frontends)}
    for proxies in by_defaults.values():
        yield _hit(proxies, "1h" if any(id(proxy) in api for proxy, _ in proxies) else "1m")


def _hit(proxies: list[tuple[Proxy, list[str]]], idle: str) -> Hit:
    """One hit for the proxies that use the same `defaults` section, which is where the timeouts belong.

    `idle` is how long a connection may be silent: watches of the Kubernetes API are for most of an hour.
    """
    first, missing = proxies[0]
    names = [name for name in _NAMES if any(name in lacks for _, lacks in proxies)]
    lines = listed(f"'timeout {name} {'5s' if name == 'connect' else idle}'" for name in names)
    where = f"{first.defaults.label} (line {first.defaults.span.line})" if first.defaults else "a 'defaults' section"
    others = {1: "", 2: " (and one more proxy lacks some)"}.get(
        len(proxies), f" (and {len(proxies) - 1} more proxies lack some)"
    )
    return Hit(
        _place(first),
        f"{first.label} has no {_names(missing)}{others}: haproxy never closes a connection whose other end is gone",
        help=f"write {lines} (or suitable values) in {where}",
        note=f"no {_names(missing)}",
        fix=partial(_fix, [proxy for proxy, _ in proxies], names, idle),
        related=[
            *((_place(proxy), f"no {_names(lacks)}") for proxy, lacks in proxies[1:]),
            *((first.timeouts[name].span, "0 means no timeout") for name in missing if name in first.timeouts),
        ],
    )


def _fix(proxies: list[Proxy], names: list[str], idle: str) -> Fix | None:
    """In the section that all of them use; None where one of them has a 0 that would overrule it."""
    defaults = proxies[0].defaults
    if defaults is None or any(proxy.timeout(name) is not None for proxy in proxies for name in names):
        return None
    if defaults.section.condition is not None:
        return None
    lines = [f"timeout {name} {'5s' if name == 'connect' else idle}" for name in names]
    return Fix.add("inside", defaults.span, "\n".join(lines), f"add the timeouts to {defaults.label}", safe=False)


def _place(proxy: Proxy) -> Span:
    return proxy.name.span if proxy.name else proxy.span


def _names(timeouts: list[str]) -> str:
    return listed(f"'timeout {name}'" for name in timeouts)


def _needed(proxy: Proxy) -> list[str]:
    needed = ["client"] if proxy.is_frontend and (proxy.kind == "frontend" or proxy.binds) else []
    if proxy.is_backend and (proxy.has("server") or proxy.has("server-template")):
        needed += ["connect"]
        if proxy.effective_mode == "http" or not _is_set(proxy, "tunnel"):
            needed += ["server"]
    return needed


def _is_set(proxy: Proxy, name: str) -> bool:
    value = proxy.timeout(name)
    return value is not None and value.value != 0


def _is_missing(proxy: Proxy, name: str) -> bool:
    value = proxy.timeout(name)
    if value is not None:
        return value.certain and value.value == 0
    owners = [proxy, *([proxy.defaults] if proxy.defaults else [])]
    return not any(owner.has(_OLD[name]) for owner in owners)
