"""KA020: a virtual address that no client can connect to."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VirtualAddress

_POINT_TO_POINT = 31  # RFC 3021: with 31 bits, and with 32, there is no broadcast address


@rule("KA020", "vip-is-network-broadcast-gateway-or-reserved", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A virtual address is a broadcast, network, multicast, loopback or unspecified address.

    Why it hurts: keepalived 2.2.7 accepts it, and puts it on the interface, but a client on the same network gets
    "Network is unreachable" when it connects to a broadcast or multicast address (measured with Linux 6.18), and a
    loopback address never leaves the machine. The first address of an IPv4 subnet is its network address: Linux before
    5.14 and other systems take it for a broadcast and don't connect. The first of an IPv6 subnet belongs to all routers
    of that subnet (RFC 4291, section 2.6.1).

    How to fix: use a free host address of the subnet.

    Silent when: the address comes from a variable; it has no prefix, or one of 31 bits and more, so that its broadcast
    address is not known. A network address is an info, since Linux 5.14 and later serve it like any other.
    """
    for instance in config.instances:
        for vip in (*instance.vips, *instance.excluded_vips):
            kind, network = _kind(vip), _network(vip)
            if kind:
                yield Hit(
                    vip.span,
                    f"the virtual address '{vip.raw}' of vrrp_instance '{instance.title}' is {kind}: "
                    "clients can't connect to it",
                    help="use a free host address of the subnet",
                    note="not a host address",
                )
            elif network:
                yield Hit(
                    vip.span,
                    f"the virtual address '{vip.raw}' of vrrp_instance '{instance.title}' is {network}",
                    help="use a free host address of the subnet",
                    note="the first address of the subnet",
                    severity=Severity.INFO,
                )


def _kind(vip: VirtualAddress) -> str:
    """What the address is instead of a host's, or ""."""
    address = vip.address
    if address is None or not vip.certain:
        return ""
    if address.is_multicast:
        return "a multicast address"
    if address.is_loopback:
        return "a loopback address"
    if address.is_unspecified:
        return "the unspecified address"
    if address.version == 4 and vip.prefix is not None and vip.prefix < _POINT_TO_POINT:
        network = ip_interface(f"{address}/{vip.prefix}").network
        if address == network.broadcast_address:
            return f"the broadcast address of {network}"
    return ""


def _network(vip: VirtualAddress) -> str:
    """Why the first address of its subnet is a bad choice, "" for any other address."""
    address = vip.address
    if address is None or not vip.certain or vip.prefix is None or vip.prefix >= address.max_prefixlen - 1:
        return ""
    network = ip_interface(f"{address}/{vip.prefix}").network
    if address != network.network_address or not vip.prefix:
        return ""
    if address.version == 6:
        return f"the subnet-router anycast address of {network}, which the subnet's routers answer to as well"
    return f"the network address of {network}: clients with Linux before 5.14, and other systems, can't connect to it"
