"""KA062: a VIP on a VMAC interface with the prefix of the subnet."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VirtualAddress, VrrpInstance


@rule("KA062", "vmac-takes-the-route", Severity.WARNING, Scope.KEEPALIVED, words=("use_vmac",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A VIP has `use_vmac` and the prefix of the node's own subnet.

    Why it hurts: keepalived puts the address on an interface of its own, such as `vrrp.51`, and the kernel makes a
    second route to the subnet through it. Where the first route has a metric, as NetworkManager gives it (100), the
    second one wins at once: what the node itself sends to its subnet leaves with the virtual MAC and with the VIP as
    its source. Elsewhere the order of the two routes decides, which changes when the interface is set up again
    (measured with keepalived 2.2.7 and Linux 6.18).

    How to fix: write the VIP with /32, or /128 for IPv6; clients do not see the difference. `noprefixroute` behind the
    address does the same.

    Silent when: the address is link-local, or has no prefix, `noprefixroute`, or a `dev` that is not the instance's
    interface; or the node sends from a network that the prefix does not contain, so that the route is the only one.
    """
    for instance in config.instances:
        everywhere = instance.use_vmac is not None and instance.use_vmac.certain
        for vip in (*instance.vips, *instance.excluded_vips):
            if (everywhere or "use_vmac" in vip.options) and _takes_the_route(instance, vip):
                assert vip.address is not None
                longest = vip.address.max_prefixlen
                yield Hit(
                    vip.span,
                    f"'{vip.raw}' of vrrp_instance '{instance.title}' is on a VMAC interface, which gets a second "
                    f"route to {ip_interface(f'{vip.address}/{vip.prefix}').network}: the node's own traffic can take "
                    "it",
                    help=f"write '{vip.address}/{longest}'",
                    note="a route of its own",
                    fix=partial(Fix.write, vip.span, f"{vip.address}/{longest}", safe=False),
                )


def _takes_the_route(instance: VrrpInstance, vip: VirtualAddress) -> bool:
    if (
        vip.address is None
        or not vip.certain
        or vip.lost is not None
        or vip.prefix in (None, vip.address.max_prefixlen)
    ):
        return False
    if (
        vip.address.is_link_local
        or "noprefixroute" in vip.options
        or (vip.dev is not None and not _is_own(instance, vip))
    ):
        return False
    source = instance.unicast_src_ip or instance.mcast_src_ip
    if source is None or source.value is None:
        return True
    return source.value in ip_interface(f"{vip.address}/{vip.prefix}").network


def _is_own(instance: VrrpInstance, vip: VirtualAddress) -> bool:
    own = instance.interface
    return own is not None and vip.dev is not None and own.known and own.value == vip.dev.value
