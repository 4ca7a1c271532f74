"""Instances of one file that keepalived treats as the same virtual router."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance


def is_one_router(a: VrrpInstance, b: VrrpInstance) -> bool:
    """Whether keepalived treats two instances with the same VRID, family and interface as one virtual router: both
    multicast to one group, or both unicast from one source address with a peer in common (measured with 2.2.7).
    """
    if a.is_unicast is None or b.is_unicast is None or a.is_unicast != b.is_unicast:
        return False
    if not a.is_unicast:
        return a.get("mcast_dst_ip") is None and b.get("mcast_dst_ip") is None
    sources = [value.value if value is not None else None for value in (a.unicast_src_ip, b.unicast_src_ip)]
    peers = {peer.address for peer in a.unicast_peers} & {peer.address for peer in b.unicast_peers}
    return sources[0] == sources[1] and bool(peers - {None})
