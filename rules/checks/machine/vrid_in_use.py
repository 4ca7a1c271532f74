"""HO018: another virtual router on this network has the same VRID."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.views.machine import own_addresses
from rules.live.views.routers import free_vrid
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance
    from rules.live.machine.observed import Advert
    from rules.live.views.machine import MachineView


@rule("HO018", "vrid-in-use", Severity.ERROR, Scope.MACHINE, needs=("interfaces", "vrrp"))
def check(view: MachineView) -> Iterator[Hit]:
    """Adverts with this VRID come from a machine that is none of the nodes.

    Why it hurts: with multicast every router of the network hears them. Two pairs with one VRID silence and wake each
    other: the VIP moved 12 to 18 times in 40 s (measured with keepalived 2.2.7), or both take it. Nothing about it is
    logged but rejected adverts.

    How to fix: another `virtual_router_id` on every node of this cluster. The message has one that was not heard.

    Silent when: the instance uses unicast without `use_vmac` (then keepalived hears its peers alone) and the other is
    multicast; the advert has the same VIPs and no file says all nodes' addresses, as it is probably a node of this
    cluster. Only what arrives in the seconds of `--timeout` is heard, and nothing that this machine's firewall drops.
    """
    for instance in view.instances:
        nic, router = view.nic_of(instance), instance.virtual_router_id
        if nic is None or router is None or not router.known or router.value is None:
            continue
        if instance.is_unicast is not False and instance.use_vmac is None:
            continue
        foreign = [a for a in view.seen.adverts if _is_foreign(view, instance, a) and a.interface == nic.name]
        if not foreign:
            continue
        sources = listed(dict.fromkeys(advert.source for advert in foreign))
        addresses = list(dict.fromkeys(address for advert in foreign for address in advert.addresses))
        whose = f" for {listed(addresses[:3])}" if addresses else ""
        free = free_vrid({advert.vrid for advert in view.seen.adverts}, router.value)
        yield Hit(
            router.span,
            f"{sources}, which is none of the nodes, sends adverts with VRID {router.value}{whose} on '{nic.name}'",
            help=f"write 'virtual_router_id {free}' on every node: that one was not heard here",
        )


def _is_foreign(view: MachineView, instance: VrrpInstance, advert: Advert) -> bool:
    router = instance.virtual_router_id
    if router is None or advert.vrid != router.value or advert.source in view.seen.addresses:
        return False
    if advert.source.version != instance.family or advert.source in view.others:
        return False
    known = len(view.fleet.nodes) > 1 and all(own_addresses(view.fleet, node) for node in view.fleet.nodes)
    same = {vip.address for vip in instance.usable_vips} == set(advert.addresses)
    return known or not same
