"""Commands that ask the haproxy of a node something, for the helps of rules about checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.support.commands.users import runner_of
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.facts.haproxy.bind import Bind
    from parsers.facts.keepalived import KeepalivedConfig

PROCESS = "/usr/bin/pgrep -x haproxy"
_CURL = "/usr/bin/curl -{} -m 2 -o /dev/null {}"
_HEALTH_PORT = 8405


def request_to(config: HaproxyConfig | None) -> str:
    """A command that asks haproxy on this machine; "" if no port is known that answers there.

    Best is a `monitor-uri`, then what the API servers say through haproxy, then any web frontend.
    """
    if config is None:
        return ""
    return _monitor(config) or _api(config) or _web(config)


def new_script(config: KeepalivedConfig, verb: str, command: str) -> str:
    """What to type for a further check, with the user that script security asks for."""
    user = " with 'user root'" if runner_of(config).removed else ""
    return f"add a vrrp_script that {verb} haproxy, such as '{command}'{user}, and track it in the instance"


def own_answer(config: HaproxyConfig) -> tuple[str, str]:
    """A command that haproxy answers by itself, and before it what adds a frontend for it ("" if there is one)."""
    command = _monitor(config)
    if command:
        return "", command
    port = _free_port(config)
    return (
        f"add 'frontend health' with 'mode http', 'bind 127.0.0.1:{port}' and 'monitor-uri /healthz' to haproxy.cfg; "
        "then ",
        _CURL.format("sf", f"http://127.0.0.1:{port}/healthz"),
    )


def health_frontend(config: HaproxyConfig) -> str:
    """The frontend of `own_answer`, as lines for the end of haproxy.cfg."""
    port = _free_port(config)
    return f"\nfrontend health\n    mode http\n    bind 127.0.0.1:{port}\n    monitor-uri /healthz"


def _monitor(config: HaproxyConfig) -> str:
    for proxy in config.proxies:
        line = proxy.get("monitor-uri") if proxy.effective_mode == "http" else None
        if line is None or not line.args or line.args[0].dynamic:
            continue
        for bind, port in _local(proxy):
            options, scheme = ("sfk", "https") if bind.ssl else ("sf", "http")
            return _CURL.format(options, f"{scheme}://127.0.0.1:{port}{line.args[0].value}")
    return ""


def _api(config: HaproxyConfig) -> str:
    for proxy in (frontend for api in api_proxies(config) for frontend in api.frontends):
        for bind, port in _local(proxy):
            plain = proxy.effective_mode == "http" and not bind.ssl
            options, scheme = ("sf", "http") if plain else ("sfk", "https")
            return _CURL.format(options, f"{scheme}://127.0.0.1:{port}/readyz")
    return ""


def _web(config: HaproxyConfig) -> str:
    for proxy in config.proxies:
        if proxy.effective_mode == "http":
            for bind, port in _local(proxy):
                # Any answer is one of haproxy's, a 503 as well.
                options, scheme = ("sk", "https") if bind.ssl else ("s", "http")
                return _CURL.format(options, f"{scheme}://127.0.0.1:{port}/")
    return ""


def _local(proxy: Proxy) -> Iterator[tuple[Bind, int]]:
    """The ports of a proxy that answer a plain request at 127.0.0.1."""
    if proxy.disabled or not proxy.is_frontend:
        return
    for bind in proxy.binds:
        if not bind.certain or bind.option("accept-proxy") is not None or bind.option("verify") is not None:
            continue
        for address in bind.addresses:
            here = address.is_wildcard or str(address.address) == "127.0.0.1" or address.host == "localhost"
            if here and address.certain and address.kind == "ip" and address.port_start:
                yield bind, address.port_start


def _free_port(config: HaproxyConfig) -> int:
    bound = [address for proxy in config.proxies for bind in proxy.binds for address in bind.addresses]
    free = (p for p in range(_HEALTH_PORT, 1 << 16) if not any(address.covers_port(p) for address in bound))
    return next(free, _HEALTH_PORT)
