"""HA027: IPv6 addresses of bind lines that mean more than they say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import Bind, BindAddress, HaproxyConfig, Proxy


@rule("HA027", "bind-v6-surprises", Severity.INFO, Scope.HAPROXY, words=("::",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A `bind` line has an IPv6 address without brackets, or `::` without a word on IPv4.

    Why it hurts: in `fd00::1:6443` haproxy takes what follows the last colon as the port, so the address is `fd00::1`;
    without the port, `fd00::1` would be address `fd00:` and port 1. And `:::6443` also accepts IPv4 if the kernel's
    `net.ipv6.bindv6only` is 0, and IPv6 only if it is 1 (both measured with 2.6.12, which reports neither).

    How to fix: `[fd00::1]:6443`; and `v4v6` or `v6only` behind `:::6443`.

    Silent when: the address is a name, has a variable, or all of its eight groups; or IPv4 is bound on the port too.
    """
    for proxy in config.frontends:
        for bind in proxy.binds if proxy.certain else ():
            for address in bind.addresses:
                if bind.certain and address.family == 6 and address.kind == "ip" and address.port_start is not None:
                    yield from _surprise(proxy, bind, address)


def _surprise(proxy: Proxy, bind: Bind, address: BindAddress) -> Iterator[Hit]:
    host, _, port = address.raw.rpartition(":")
    if address.is_wildcard:
        if bind.option("v4v6") or bind.option("v6only") or _binds_ipv4(proxy, address.port_start or 0):
            return
        yield Hit(
            address.span,
            f"'{address.raw}' accepts IPv4 or not, as the kernel's net.ipv6.bindv6only says",
            help="add 'v4v6' to the line, or 'v6only' if IPv4 is not wanted",
            note="IPv4 too?",
            fix=partial(Fix.append, [bind.directive.span], "v4v6", safe=False),
        )
    elif "::" in host and "[" not in address.raw:
        prefix, at, bare = host.rpartition("@")
        yield Hit(
            address.span,
            f"'{address.raw}' is port {port} of '{bare}': without brackets the end of an IPv6 address is easily taken "
            "for its port",
            help=f"write '{prefix}{at}[{bare}]:{port}'",
            note="no brackets",
            fix=partial(Fix.write, address.span, f"{prefix}{at}[{bare}]:{port}"),
        )


def _binds_ipv4(proxy: Proxy, port: int) -> bool:
    return any(a.family != 6 and a.covers_port(port) for bind in proxy.binds for a in bind.addresses)
