"""KA017: the virtual_router_id that everybody copies, on a network that may have another one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance

_COPIED = 51  # the id of keepalived's own sample file


@lru_cache(maxsize=4)  # a generated file may have thousands of instances that ask
def _used(config: KeepalivedConfig) -> set[int | None]:
    return {other.virtual_router_id.value for other in config.instances if other.virtual_router_id is not None}


def _other(config: KeepalivedConfig, instance: VrrpInstance) -> int:
    """An id that the file does not use: the last part of the VIP, as many do, or the next one that is free."""
    used = _used(config)
    first: int = next((int(vip.address) & 255 for vip in instance.vips if vip.address is not None), 0)
    numbers = (*range(max(first, 2), 255), *range(2, 255))
    return next((number for number in numbers if number not in used), 255)


@rule("KA017", "default-vrid", Severity.INFO, Scope.KEEPALIVED, words=("51",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A MASTER sends multicast adverts with virtual_router_id 51, the id of keepalived's sample file.

    Why it hurts: half of all published files have 51. Two clusters on one network that both kept it hear each other's
    adverts: they reject them and log each, and with a third node the VIP can move back and forth (measured with
    keepalived 2.2.7: 14 moves in 40 s; XN021).

    How to fix: choose another id, the same on all nodes, such as the last part of the VIP.

    Silent when: the adverts go to listed peers (unicast), which no other cluster hears, or to a multicast group of the
    cluster's own. It is said at the instance with `state MASTER` only, so once for a pair: the id itself is no mistake.
    """
    for instance in config.instances:
        vrid, state = instance.virtual_router_id, instance.state
        if vrid is None or not vrid.known or vrid.value != _COPIED or instance.is_unicast is not False:
            continue
        if state is None or not state.known or state.value != "MASTER" or instance.get("mcast_dst_ip") is not None:
            continue
        if config.global_defs.vrrp_mcast_group4 is not None or config.global_defs.vrrp_mcast_group6 is not None:
            continue
        yield Hit(
            vrid.span,
            f"vrrp_instance '{instance.title}' has virtual_router_id {_COPIED}, which most others on the network would "
            "have too, and its multicast adverts reach them",
            help=f"write another id, the same on all nodes, such as 'virtual_router_id {_other(config, instance)}'",
            note="the id of the sample file",
        )
