"""HO015: several machines answer for a VIP that this machine does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.views.machine import MachineView


@rule("HO015", "duplicate-arp-answer", Severity.ERROR, Scope.MACHINE, needs=("interfaces", "arp"))
def check(view: MachineView) -> Iterator[Hit]:
    """More than one hardware address answers for the VIP by ARP.

    Why it hurts: two machines have the VIP: each client reaches the one whose answer came last, and connections break
    when that changes. One may be a node whose keepalived was killed, a machine that was given the address by hand or
    by DHCP, or kube-proxy in mode ipvs without strictARP.

    How to fix: find out whose the hardware addresses are (`ip neigh`, the switch), and take the VIP off all but one.

    Silent when: this machine has the VIP itself (HO014), the VIP is IPv6, or the interface is no Ethernet. Asking needs
    root.
    """
    told = set()
    for vip in view.vips:
        answers = dict.fromkeys(answer.hardware for answer in view.seen.answers if answer.address == vip.address)
        if len(answers) < 2 or vip.address in view.seen.addresses or vip.address in told:
            continue
        told.add(vip.address)
        yield Hit(
            vip.line.span,
            f"{len(answers)} hardware addresses answer for the VIP {vip.address} by ARP: {listed(answers)}",
            help=f"'ip -br link' on each node shows whose they are; 'ip addr del {vip.line.raw} dev INTERFACE' "
            "where the VIP must not be",
        )
