"""What the files show about the network: which routers share a segment, and which address each one sends from."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import TYPE_CHECKING

from rules.failover.model import InstanceKey, Router
from rules.fleet.joined import Joined

if TYPE_CHECKING:
    from rules.fleet.routers import Member, VrrpGroup

IPAddress = IPv4Address | IPv6Address
Addresses = Mapping[str, Sequence[IPAddress]]
"""Node -> its own addresses."""


def segments(members: Mapping[InstanceKey, Member], groups: Sequence[VrrpGroup]) -> dict[InstanceKey, int]:
    """Instance -> the number of its network segment.

    These share a segment: instances that are meant to be one virtual router, interfaces of one node with the same name,
    and instances whose virtual addresses are in one subnet. Nothing shows that others ever meet.
    """
    joined = Joined(members)
    for key, member in members.items():
        for mark in _marks(member):
            joined.mark(key, mark)
    by_instance = {id(member.instance): key for key, member in members.items()}
    for group in groups:
        keys = [by_instance[id(member.instance)] for member in group if id(member.instance) in by_instance]
        for key in keys[1:]:
            joined.join(keys[0], key)
    numbers: dict[int, int] = {}
    return {key: numbers.setdefault(id(joined.set_of(key)), len(numbers)) for key in members}


def _marks(member: Member) -> Iterator[Hashable]:
    interface = member.instance.interface
    if interface is not None and interface.certain:
        yield member.node.name, interface.raw
    for vip in member.instance.usable_vips:
        if vip.address is not None and vip.effective_prefix < vip.address.max_prefixlen:
            yield ip_network((vip.address, vip.effective_prefix), strict=False)


def sources(
    routers: Mapping[InstanceKey, Router],
    members: Mapping[InstanceKey, Member],
    groups: Sequence[VrrpGroup],
    addresses: Addresses,
) -> tuple[dict[InstanceKey, IPAddress], tuple[str, ...]]:
    """Instance -> the address that it sends from, if that is known; and the nodes for which it was inferred from the
    peers.

    The source is the file, else `addresses`, else the peers: if every node of a virtual router lists all the others,
    the one address that a node does not list is its own.
    """
    found: dict[InstanceKey, IPAddress] = {}
    for key, router in routers.items():
        own = [a for a in addresses.get(router.node, ()) if a.version == router.family]
        if router.source is not None:
            found[key] = router.source
        elif len(own) == 1:
            found[key] = own[0]
    by_instance = {id(member.instance): key for key, member in members.items()}
    inferred: list[str] = []
    for group in groups:
        every = [by_instance[id(member.instance)] for member in group if id(member.instance) in by_instance]
        keys = [key for key in every if key in routers]
        listed = {peer for key in keys for peer in routers[key].peers}
        for key in keys:
            if key in found or not routers[key].unicast:
                continue
            taken = {found[other] for other in keys if other in found}
            left = listed - routers[key].peers - taken
            if len(left) == 1 and len(keys) == len(group):
                found[key] = left.pop()
                inferred.append(routers[key].node)
    return found, tuple(dict.fromkeys(inferred))
