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
    """A virtual address is a broadcast, multicast, loopback or unspecified address.

    Why it hurts: keepalived 2.2.7 accepts it, and puts it on the interface, but a client on the same network gets
    "Network is unreachable" when it connects to a broadcast or multicast address (measured with Linux 6.18), and a
    loopback address never leaves the machine.

    How to fix: use a free host address of the subnet.

    Silent when: the address comes from a variable; it has no prefix, or one of 31 bits and more, so that its broadcast
    address is not known; it is the network address (192.0.2.0/24), which Linux 5.14 and later serve like any other.
    """
    for instance in config.instances:
        for vip in (*instance.vips, *instance.excluded_vips):
            kind = _kind(vip)
            if kind:
                yield Hit(
                    vip.span,
                    f"the virtual address '{vip.raw}' of vrrp_instance '{instance.title}' is {kind}: "
                    "clients can't connect to it",
                    help="use a free host address of the subnet",
                    note="not a host address",
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
