"""HO014: this machine has a VIP that it should not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.live.machine.observed import Nic
    from rules.live.views.machine import MachineView, OwnVip


@rule("HO014", "stale-vip-on-backup", Severity.ERROR, Scope.MACHINE, needs=("interfaces", "processes"))
def check(view: MachineView) -> Iterator[Hit]:
    """The VIP is on this machine, although keepalived does not run here or another machine has it too.

    Why it hurts: clients reach one machine or the other, as their ARP caches have it. A keepalived that was killed
    (SIGKILL, the OOM killer) leaves the VIP on the interface, and nobody takes it away (measured with 2.2.7); two nodes
    that do not hear each other are both master.

    How to fix: start keepalived again, or take the address off: `ip addr del VIP dev INTERFACE`. If both run, see what
    keeps the adverts away: firewall, VRID, authentication, unicast_peer.

    Silent when: keepalived runs here and nothing of another owner was seen. Who else has the VIP is asked for by ARP
    and heard by adverts, which both need root; IPv6 is told by adverts only.
    """
    for vip in view.vips:
        nic = view.seen.holder_of(vip.address)
        if nic is None:
            continue
        if not view.seen.runs("keepalived"):
            yield Hit(
                vip.line.span,
                f"this machine has the VIP {vip.address} on '{nic.name}', but keepalived does not run: nothing will "
                "take it away when another node becomes master",
                help=f"'systemctl start keepalived', or 'ip addr del {_held(nic, vip)} dev {nic.name}'",
            )
        elif seen := _elsewhere(view, vip):
            yield Hit(
                vip.line.span,
                f"this machine has the VIP {vip.address} on '{nic.name}', and {seen}: two machines have it",
                help="'journalctl -u keepalived' on both; the usual causes are a firewall (HO004), different VRIDs or "
                "passwords, and wrong peers",
            )


def _held(nic: Nic, vip: OwnVip) -> str:
    return next(str(held) for held in nic.addresses if held.address == vip.address)


def _elsewhere(view: MachineView, vip: OwnVip) -> str:
    """Who else has the VIP, in words; "" for nobody that is known."""
    answers = [answer.hardware for answer in view.seen.answers if answer.address == vip.address]
    if answers:
        return f"{listed(answers)} {'answers' if len(answers) == 1 else 'answer'} for it by ARP"
    router = vip.instance.virtual_router_id
    masters = [
        advert.source
        for advert in view.seen.adverts
        if router is not None
        and advert.vrid == router.value
        and advert.priority  # 0: it gives up
        and advert.source not in view.seen.addresses
        and vip.address in advert.addresses
    ]
    return f"{listed(dict.fromkeys(masters))} announces it too" if masters else ""
