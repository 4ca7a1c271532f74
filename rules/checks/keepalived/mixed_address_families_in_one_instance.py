"""KA023: IPv4 and IPv6 in one virtual router."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.facts.keepalived.entries import VirtualAddress
    from parsers.source import Span


@rule("KA023", "mixed-address-families-in-one-instance", Severity.ERROR, Scope.KEEPALIVED, words=(":",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`virtual_ipaddress` lists an address whose family differs from the instance's.

    Why it hurts: a virtual router is IPv4 or IPv6, depending on which address comes first in the block:
    `unicast_src_ip` or a peer decides as well as a virtual address. keepalived skips every virtual address of the other
    family, so half of a dual-stack endpoint does not exist, or all of an IPv6 one (measured with keepalived 2.2.7; RFC
    5798, section 1).

    How to fix: where the other VIPs have the instance's family, list this one in `virtual_ipaddress_excluded`, or give
    it an instance of its own, joined by a `vrrp_sync_group`. Where the VIP alone has another family, write addresses of
    that family in `unicast_src_ip` and `unicast_peer`.

    Silent when: the address comes from a variable, or the family of the instance depends on one.
    """
    for instance in config.instances:
        family = instance.family
        if family is None:
            continue
        for vip in instance.vips:
            if vip.address is not None and vip.certain and vip.family != family:
                yield _hit(instance, vip, family)


def _hit(instance: VrrpInstance, vip: VirtualAddress, family: int) -> Hit:
    decides = _unicast_address(instance, family)
    why = f", because {decides[0]} decides the family" if decides else ""
    if decides and all(other.family == vip.family for other in instance.vips):
        fix = (
            f"write the nodes' IPv{vip.family} addresses in 'unicast_src_ip' and 'unicast_peer', or an IPv{family} "
            f"address here"
        )
    else:
        fix = f"move '{vip.raw}' to a 'virtual_ipaddress_excluded' block, or to its own instance"
        if decides:
            fix += f" with IPv{vip.family} addresses in 'unicast_src_ip' and 'unicast_peer'"
        fix += ", joined by a vrrp_sync_group" if not decides else " and a vrrp_sync_group over both"
    return Hit(
        vip.span,
        f"'{vip.raw}' is IPv{vip.family} in the IPv{family} vrrp_instance '{instance.title}': "
        f"keepalived skips the address{why}",
        help=fix,
        note=f"the instance is IPv{family}",
        related=[Related(decides[1], f"IPv{family}")] if decides else [],
        fix=None if decides else partial(_fix, instance, vip),
    )


def _unicast_address(instance: VrrpInstance, family: int) -> tuple[str, Span] | None:
    """What makes the instance this family, if it is not a virtual address: the setting's name and its place."""
    source = instance.unicast_src_ip
    if source is not None and source.known and source.value is not None and source.value.version == family:
        return f"'unicast_src_ip {source.raw}'", source.span
    for peer in instance.unicast_peers:
        if peer.address is not None and peer.address.version == family:
            return f"the 'unicast_peer' {peer.raw}", peer.span
    return None


def _fix(instance: VrrpInstance, vip: VirtualAddress) -> Fix | None:
    """The address in `virtual_ipaddress_excluded`, where its family does not matter."""
    from rules.support.keepalived.fixing import inside, line_moved_below

    line = vip.directive
    title = f"move '{vip.raw}' to 'virtual_ipaddress_excluded'"
    excluded = next((block for block in instance.lines("virtual_ipaddress_excluded") if block.condition is None), None)
    if excluded is not None:
        there = inside(excluded, line.span.text)
        return Fix.remove(line.span).also(there, title=title) if there is not None else None
    if line.parent is None:
        return None
    block = f"virtual_ipaddress_excluded {{\n    {line.span.text}\n}}"
    return line_moved_below(line, line.parent, block, title)
