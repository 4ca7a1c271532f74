"""HA046: two proxies listen on the same address and port."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import Bind, BindAddress, HaproxyConfig, Proxy

_OF_THE_SOCKET = ("interface", "namespace")
_DATAGRAMS = ("quic", "udp")
_ENOUGH = 100  # ranges that are compared with everything else


@rule("HA046", "address-bound-twice", Severity.WARNING, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """Two proxies bind the same address and port, or ranges of ports that overlap.

    Why it hurts: haproxy opens both with SO_REUSEPORT, `haproxy -c` reports nothing, and the kernel deals the
    clients out between the two: of 20 connections, 9 went to one proxy and 11 to the other (measured with 2.6.12).
    What only one of them has, a backend, a limit, an allow list, holds for some clients and not for others.

    How to fix: remove one of the two, or bind another address or port.

    Silent when: both lines are in one proxy, one of them binds one address and the other every address (the exact
    one gets its clients), they differ in `interface` or `namespace`, one is for QUIC, or one depends on a variable
    or a condition.
    """
    bound: dict[tuple[str, ...], tuple[Proxy, BindAddress]] = {}
    ranges: list[tuple[tuple[str, ...], Proxy, BindAddress]] = []
    for proxy in config.frontends:
        if proxy.disabled or not proxy.certain:
            continue
        for bind in proxy.binds:
            for address in bind.addresses if bind.certain else ():
                key = _socket(bind, address)
                if not key:
                    continue
                first, other = bound.setdefault(key, (proxy, address))
                if first is not proxy:
                    yield _hit(proxy, address, first, other)
                elif other is address and address.port_start != address.port_end:
                    ranges.append((key, proxy, address))
    for key, proxy, address in ranges[:_ENOUGH]:
        for other_key, (first, other) in bound.items():
            if first is not proxy and other is not address and _overlap(key, other_key):
                later, earlier = sorted(((proxy, address), (first, other)), key=lambda p: p[1].span.start, reverse=True)
                yield _hit(*later, *earlier)
                break


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two sockets of one host, one of them a range of ports, have a port in common."""
    if (one[0], *one[3:]) != (other[0], *other[3:]):
        return False
    return int(one[1]) <= int(other[2]) and int(other[1]) <= int(one[2])


def _socket(bind: Bind, address: BindAddress) -> tuple[str, ...]:
    """What tells one listening socket from another; empty where that is not known."""
    host = address.address
    if not address.certain or address.kind != "ip" or address.port_start is None or address.raw.startswith(_DATAGRAMS):
        return ()
    if host is None and not address.is_wildcard:
        return ()
    options = [bind.option(name) for name in _OF_THE_SOCKET]
    if any(option is not None and not option.certain for option in options):
        return ()
    where = f"any {address.family}" if address.is_wildcard else str(host)
    return where, str(address.port_start), str(address.port_end), *(option.raw if option else "" for option in options)


def _hit(proxy: Proxy, address: BindAddress, first: Proxy, other: BindAddress) -> Hit:
    same = address.port_start == other.port_start and address.port_end == other.port_end
    what = f"is bound by {first.label} too" if same else f"has ports of '{other.raw}', which {first.label} binds"
    return Hit(
        address.span,
        f"'{address.raw}' of {proxy.label} {what}: each client gets to one of the two at random",
        help=f"remove one of the two, or let {proxy.label} listen on another address or port",
        note="bound twice",
        related=[(other.span, f"by {first.label}")],
        unless=("HA028",),
    )
