"""HO005: a cloud or hypervisor that does not let an address move by VRRP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from rules.live.views.machine import MachineView, OwnVip

_ROUTED = ("AWS", "Google Cloud", "Azure", "Oracle Cloud", "Alibaba Cloud", "DigitalOcean", "Hetzner Cloud")
_HYPERVISORS = {
    "VMware": "set 'Forged transmits' and 'MAC address changes' of the port group to Accept",
    "Hyper-V": "run 'Set-VMNetworkAdapter -VMName NAME -MacAddressSpoofing On' on the host",
}


@rule("HO005", "platform-blocks-vip", Severity.WARNING, Scope.MACHINE, needs=("platform",))
def check(view: MachineView) -> Iterator[Hit]:
    """The platform of this machine does not let the VIP move by VRRP alone.

    Why it hurts: the network of a public cloud delivers an address to the machine that the provider assigned it to; a
    gratuitous ARP changes nothing, and after a failover the VIP answers nobody, also with unicast. OpenStack drops what
    is sent from an address that its port does not list (an info, as the port can't be seen from inside). VMware and
    Hyper-V drop frames from the virtual MAC address of `use_vmac` unless they are told to accept them.

    How to fix: in a public cloud use the provider's load balancer (a TCP one, port 6443), or a notify script that
    moves the address by its API. In OpenStack `openstack port set --allowed-address ip-address=VIP PORT` for each
    node.

    Silent when: the platform is not known or none of these, a notify script may move the address, or, on VMware and
    Hyper-V, no instance has `use_vmac`.
    """
    platform = view.seen.platform
    for vip in view.vips[:1]:
        if platform in _ROUTED and not _notifies(view):
            yield Hit(
                vip.line.span,
                f"this machine runs in {platform}, whose network does not follow VRRP: after a failover {vip.address} "
                "answers nobody",
                help="use the provider's TCP load balancer, or a notify script that moves the address by its API",
            )
        elif platform == "OpenStack":
            yield Hit(
                vip.line.span,
                f"this machine runs in OpenStack, which drops packets from {vip.address} unless the ports of all "
                "nodes allow it; that can't be seen from here",
                help=f"'openstack port set --allowed-address ip-address={vip.address} PORT' for each node's port",
                severity=Severity.INFO,
            )
    yield from _virtual_mac(view, view.vips)


def _virtual_mac(view: MachineView, vips: list[OwnVip]) -> Iterator[Hit]:
    advice = _HYPERVISORS.get(view.seen.platform)
    for vip in vips:
        if advice is not None and vip.instance.use_vmac is not None:
            yield Hit(
                vip.instance.use_vmac.span,
                f"this machine runs on {view.seen.platform}, which drops frames from the virtual MAC address of "
                "'use_vmac' unless it is told not to",
                help=f"{advice}, or remove 'use_vmac'",
            )
            return


def _notifies(view: MachineView) -> bool:
    """Whether something may tell the provider: any notify script or FIFO."""
    from rules.support.keepalived.lines import places

    config = view.node.keepalived
    return config is not None and any("notify" in place.line.keyword for place in places(config.document))
