"""HO017: this machine sends from the VIP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.machine.observed import IPAddress
    from rules.live.views.machine import MachineView, OwnVip


@rule("HO017", "vip-as-source-address", Severity.WARNING, Scope.MACHINE, needs=("interfaces", "routes"))
def check(view: MachineView) -> Iterator[Hit]:
    """Connections of this machine to the other nodes come from the VIP and not from its own address.

    Why it hurts: its connections break when the VIP leaves, health checks among them; a firewall that knows the node's
    own address drops them; on a control-plane node etcd and the kubelet take the VIP for the node's address. It happens
    where the VIP was on the interface before the node's own address: the kernel takes the first one of a network
    (measured with Linux 6: the same prefix length before it, yes; a VIP with /32, no).

    How to fix: give the VIP the prefix length 32 (128 for IPv6) in keepalived.conf, or have the network's own tool add
    the node's address first.

    Silent when: the kernel takes another address for every node and server of the files.
    """
    found: dict[IPAddress, list[IPAddress]] = {}
    for other, source in view.seen.sources.items():
        if source != other:
            found.setdefault(source, []).append(other)
    told = set()
    for vip in view.vips:
        others = [other for other in found.get(vip.address, ()) if other not in view.seen.addresses]
        if others and vip.address not in told:
            told.add(vip.address)
            yield _hit(vip, others)


def _hit(vip: OwnVip, others: list[IPAddress]) -> Hit:
    most = 3
    more = f" and {len(others) - most} more" if len(others) > most else ""
    whole = 32 if vip.address.version == 4 else 128
    return Hit(
        vip.line.span,
        f"this machine connects to {listed(others[:most])}{more} from the VIP {vip.address}, not from its own address",
        help=f"write '{vip.address}/{whole}', and restart keepalived"
        if vip.line.effective_prefix != whole
        else "'ip addr' shows the order of the addresses; the node's own has to come first",
    )
