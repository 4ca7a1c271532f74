"""KA023: IPv4 and IPv6 in one virtual router."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig


@rule("KA023", "mixed-address-families-in-one-instance", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`virtual_ipaddress` lists an address whose family differs from the instance's.

    Why it hurts: a virtual router is IPv4 or IPv6, depending on which address comes first (a source or peer address
    counts too). keepalived skips every virtual address of the other family, so half of a dual-stack endpoint does not
    exist (measured with keepalived 2.2.7; RFC 5798, section 1).

    How to fix: give each family its own instance and join them in a `vrrp_sync_group`, or list the second family in
    `virtual_ipaddress_excluded`.

    Silent when: the address comes from a variable, or the family of the instance depends on one.
    """
    for instance in config.instances:
        family = instance.family
        if family is None:
            continue
        for vip in instance.vips:
            if vip.address is not None and vip.certain and vip.family != family:
                yield Hit(
                    vip.span,
                    f"'{vip.raw}' is IPv{vip.family} in the IPv{family} vrrp_instance '{instance.title}': "
                    "keepalived skips the address",
                    help=f"move the IPv{vip.family} address to its own instance, joined by a vrrp_sync_group, or to "
                    "'virtual_ipaddress_excluded'",
                    note=f"the instance is IPv{family}",
                )
