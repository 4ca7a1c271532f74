"""HA025: whoever reaches a port can take servers out of rotation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import BindAddress, HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine

_GUARDS = ("http-request", "tcp-request")


@rule("HA025", "stats-admin-for-everybody", Severity.WARNING, Scope.HAPROXY, words=("stats",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A statistics page with `stats admin` and no password, or a `stats socket` of level admin, on a public address.

    Why it hurts: whoever reaches the port can switch off each API server: the page has a form for it, and the
    socket takes `disable server` from anybody (measured with haproxy 2.6.12). `haproxy -c` reports nothing.

    How to fix: bind 127.0.0.1, or a UNIX socket; or `stats auth USER:PASSWORD` with the page, or no `stats admin`.

    Silent when: the page has `stats auth` or rules that may ask who it is (`http-request`, `tcp-request`), its own
    or inherited, the address is the loopback one, or something depends on a variable or a condition.
    """
    for proxy in config.frontends:
        line = _admin(proxy)
        address = next((a for bind in proxy.binds if bind.certain for a in bind.addresses if _is_public(a)), None)
        if line is not None and address is not None:
            yield Hit(
                line.span,
                f"everybody who reaches '{address.raw}' can switch off servers: {proxy.label} has 'stats admin' "
                "without a password",
                help="remove the line, or add 'stats auth USER:PASSWORD'",
                note="no password",
                related=[(address.span, "reached from here")],
            )
    for socket in config.global_.stats_sockets:
        level = socket.option("level")
        if level is None or not level.certain or level.raw != "admin" or not socket.certain:
            continue
        for address in socket.addresses:
            if _is_public(address):
                yield Hit(
                    address.span,
                    f"everybody who reaches '{address.raw}' can switch off servers: the 'stats socket' has level admin",
                    help=f"write '127.0.0.1:{address.port_start}', or a path such as '/run/haproxy/admin.sock'",
                    note="open to everybody",
                )


def _admin(proxy: Proxy) -> HaproxyLine | None:
    """The `stats admin` line of a page that asks nobody for a password."""
    if proxy.effective_mode != "http" or not proxy.certain or proxy.disabled:
        return None
    sections: list[Proxy] = [proxy]
    while sections[-1].defaults is not None:
        sections.append(sections[-1].defaults)
    lines = [line for section in sections for line in section.all("stats")]
    if any(section.has(keyword) for section in sections for keyword in _GUARDS):
        return None
    if any(line.condition is not None or line.dynamic or line.first_arg == "auth" for line in lines):
        return None
    return next((line for line in proxy.all("stats") if line.first_arg == "admin" and _always(line)), None)


def _always(line: HaproxyLine) -> bool:
    """Whether the condition of a `stats admin` line holds for everybody."""
    return [word.value for word in line.args[1:]] in (["if", "TRUE"], ["unless", "FALSE"])


def _is_public(address: BindAddress) -> bool:
    if not address.certain or address.kind != "ip" or address.port_start is None:
        return False
    return address.is_wildcard or (address.address is not None and not address.address.is_loopback)
