"""KA019: a VIP in a network that the node's own address is not in."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VirtualAddress, VrrpInstance


@rule(
    "KA019", "vip-outside-interface-subnet", Severity.INFO, Scope.KEEPALIVED, words=("unicast_src_ip", "mcast_src_ip")
)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A VIP's network, as its prefix says, does not contain the address that the node sends from.

    Why it hurts: keepalived accepts it, and VRRP works (measured with 2.2.7). But clients reach the VIP only if their
    router sends this network to the same segment; a wrong part of the address, or a prefix that is too long, looks the
    same.

    How to fix: correct the address, or write the prefix of the interface's network. If the network is meant, nothing
    has to be fixed.

    Silent when: the VIP has no prefix, /32 or /128, as routed VIPs have; it is on another interface (`dev`); or the
    node's address is not in the file. It is an info, since a second network on one segment is legal.
    """
    for instance in config.instances:
        source = instance.unicast_src_ip or instance.mcast_src_ip
        if source is None or source.value is None:
            continue
        for vip in (*instance.vips, *instance.excluded_vips):
            if vip.address is None or vip.family != source.value.version or not _on_own_interface(instance, vip):
                continue
            if vip.prefix is None or not 0 < vip.prefix < vip.address.max_prefixlen - 1 or vip.address.is_link_local:
                continue
            network = ip_interface(f"{vip.address}/{vip.prefix}").network
            if source.value not in network:
                yield Hit(
                    vip.span,
                    f"the network of '{vip.raw}', {network}, does not contain this node's address {source.raw}",
                    help="correct the address or its prefix, unless clients reach this network here",
                    note="another network",
                    related=[(source.span, "the node's address")],
                )


def _on_own_interface(instance: VrrpInstance, vip: VirtualAddress) -> bool:
    own, other = instance.interface, vip.dev
    return other is None or (own is not None and own.known and own.value == other.value)
