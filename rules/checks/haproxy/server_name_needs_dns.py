"""HA019: servers by name, which haproxy looks up when it starts, or never."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import counted

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server

_LOCAL = ("localhost", "localhost.", "ip6-localhost")


@rule("HA019", "server-name-needs-dns", Severity.INFO, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A server's address is a name, and there are no `resolvers` to look it up while haproxy runs.

    Why it hurts: haproxy asks once, when it starts. If the name servers do not answer then, as after a power cut,
    it does not start ("could not resolve address"). With `init-addr` that ends in `none` it starts, but the server
    stays down for ever without `resolvers`: a warning then (measured with 2.6.12).

    How to fix: write addresses; or add a `resolvers` section, and `resolvers NAME init-addr last,libc,none` to the
    servers.

    Silent when: the server has `resolvers`, is disabled, or its address depends on a variable; for localhost.
    """
    for backend in config.backends:
        if not backend.certain or backend.disabled:
            continue
        named = [server for server in backend.servers if _is_name(server)]
        if named:
            never = [server for server in named if _last_is_none(server)]
            yield _hit(backend, never or named, bool(never))


def _is_name(server: Server) -> bool:
    if re.match(r"[0-9.:]*\Z", server.address_text):
        return False  # nearly all servers
    host = server.parsed.host
    if not host or server.address is not None or server.parsed.kind != "ip" or not server.certain or server.template:
        return False
    if host.lower() in _LOCAL or any(mark in host for mark in "*$:") or not server.options_certain or server.disabled:
        return False
    return server.option("resolvers") is None and not host.replace(".", "").isdecimal()


def _last_is_none(server: Server) -> bool:
    """Whether haproxy starts without the address, which it then looks up nowhere."""
    option = server.option("init-addr")
    methods = option.raw.split(",") if option is not None and option.certain else []
    return methods[-1:] == ["none"] and "libc" not in methods


def _hit(backend: Proxy, named: list[Server], never: bool) -> Hit:
    first = named[0]
    host = first.parsed.host
    if never:
        message = (
            f"'{host}' of server '{first.name.raw}' of {backend.label} is looked up nowhere: 'init-addr "
            f"{_methods(first)}' without 'resolvers' leaves the server down for ever"
        )
    else:
        message = (
            f"{counted(len(named), 'server')} of {backend.label} by name, such as '{host}': {_outcome(first)}, and "
            "haproxy does not see it change"
        )
    return Hit(
        first.address_span,
        message,
        help="write the address; or add a resolvers section, and 'resolvers NAME init-addr last,libc,none' to the "
        "servers",
        note="a name",
        related=[(server.address_span, "a name too") for server in named[1:4]],
        severity=Severity.WARNING if never else None,
    )


def _outcome(server: Server) -> str:
    """What happens to a name that can't be resolved when haproxy starts (measured with 2.6.12)."""
    if _methods(server).split(",")[-1] == "none":
        return "while the name can't be resolved, haproxy starts with the server switched off"
    return "while the name can't be resolved, haproxy does not start"


def _methods(server: Server) -> str:
    option = server.option("init-addr")
    return option.raw if option is not None else ""
