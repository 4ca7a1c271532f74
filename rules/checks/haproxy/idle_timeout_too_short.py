"""HA004: idle connections to the Kubernetes API are closed; HA026: they hold an old process for long."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.source import Span
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.facts.values import Value

_ENOUGH = 600.0  # seconds; the API server closes watches itself after 30 to 60 minutes
_RISKY = 60.0  # clients written in Go ping every 30 s, so that only others notice a longer timeout


@rule("HA004", "idle-timeout-too-short", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """Connections to the Kubernetes API are closed after less than ten minutes of silence.

    Why it hurts: `kubectl logs -f`, `exec` and `watch` are silent while nothing happens, and end with "unexpected EOF"
    (kubernetes/kubeadm#2227, kubernetes/kubernetes#94301). The 50 seconds come from Debian's haproxy.cfg; Go clients,
    which ping every 30 s, survive them; others do not. More than a minute is an info.

    How to fix: `timeout tunnel 1h` in the backend, or `timeout client 1h` and `timeout server 1h`, for the proxies of
    the API. In mode tcp `timeout tunnel` replaces both as soon as data has gone both ways (measured with 2.6 and 2.8).

    Silent when: `timeout tunnel` is ten minutes or more, a timeout is missing (see `missing-timeouts`) or is not known,
    and for backends that do not serve the API.
    """
    seen: set[Span] = set()
    for api in api_proxies(config):
        for frontend in api.frontends:
            short = _short(frontend, api.backend)
            if short and short[0][1].span not in seen:
                seen.add(short[0][1].span)
                yield _hit(short, api.backend)


def _short(frontend: Proxy, backend: Proxy) -> list[tuple[str, Value[float]]]:
    """The timeouts that close an idle connection, the shortest first; empty if none is short."""
    if not (frontend.certain and backend.certain):
        return []
    tunnel = backend.timeout("tunnel") if backend.effective_mode == "tcp" else None
    if tunnel is not None and tunnel.value != 0:
        found = [("tunnel", tunnel)]
    else:
        pair = (("client", frontend.timeout("client")), ("server", backend.timeout("server")))
        found = [(name, value) for name, value in pair if value is not None]
    if any(value.value is None or not value.certain or _lacks_unit(value) for _, value in found):
        return []
    short = [(name, value) for name, value in found if value.value is not None and 0 < value.value < _ENOUGH]
    return sorted(short, key=lambda item: item[1].value or 0)


def _lacks_unit(value: Value[float]) -> bool:
    """Whether the number was most likely meant in seconds, which another rule reports; so are times below a second."""
    return (value.raw.isdecimal() and int(value.raw) < 1000) or 0 < (value.value or 0) < 1


def _hit(short: list[tuple[str, Value[float]]], backend: Proxy) -> Hit:
    name, value = short[0]
    origin = f", inherited from '{value.origin}'," if value.origin else ""
    also = "".join(f"; 'timeout {n} {v.raw}' too" for n, v in short[1:])
    if name == "tunnel":
        advice = "write 'timeout tunnel 1h'"
    else:
        advice = f"write 'timeout tunnel 1h' in {backend.label}, or 'timeout client 1h' and 'timeout server 1h'"
    return Hit(
        value.span,
        f"'timeout {name} {value.raw}'{origin} closes connections to the Kubernetes API ({backend.label}) that are "
        f"idle for {value.value:g} s, such as 'kubectl logs -f' and watches{also}",
        help=advice,
        note=f"{value.value:g} s",
        related=[(v.span, f"timeout {n}: {v.value:g} s") for n, v in short[1:]],
        severity=None if (value.value or 0) <= _RISKY else Severity.INFO,
        fix=partial(_fix, name, value, backend),
    )


def _fix(name: str, value: Value[float], backend: Proxy) -> Fix | None:
    """In the backend itself: what `defaults` says is for other proxies too."""
    own = [line for line in backend.all("timeout") if line.first_arg == "tunnel"]
    if backend.effective_mode != "tcp" or any(line.condition is not None for line in own):
        return None
    if name == "tunnel" and value.origin is None:
        return Fix.write(value.directive.span, "timeout tunnel 1h", safe=False)
    return None if own else Fix.add("inside", backend.span, "timeout tunnel 1h", safe=False)


_HALF_A_DAY = 12 * 3600.0  # seconds; the API server ends watches after an hour at most, but not exec sessions


@rule("HA026", "no-hard-stop-after", Severity.INFO, Scope.HAPROXY)
def no_hard_stop_after(config: HaproxyConfig) -> Iterator[Hit]:
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
            if value is not None and value.known and (value.value or 0) > _HALF_A_DAY:
                place = config.global_.sections[0].header.span
                yield Hit(
                    value.span,
                    f"'timeout {name} {value.raw}' without 'hard-stop-after': after a reload, the old haproxy stays "
                    "until its last connection ends",
                    help="add 'hard-stop-after 1h' to the global section",
                    note="and the old process",
                    fix=partial(Fix.add, "inside", place, "hard-stop-after 1h", safe=False),
                )
                return
