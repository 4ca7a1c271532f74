"""HO004: the packet filter of this machine drops VRRP."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.live.machine.adverts import GROUPS
from rules.live.views.filter_terms import Packet
from rules.live.views.firewall import dropped
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance
    from parsers.source import Span
    from rules.live.machine.observed import IPAddress
    from rules.live.views.machine import MachineView


@rule("HO004", "firewall-proto-112", Severity.WARNING, Scope.MACHINE, needs=("interfaces", "firewall"))
def check(view: MachineView) -> Iterator[Hit]:
    """The packet filter of this machine drops the adverts of the other nodes (IP protocol 112).

    Why it hurts: a standby that hears no adverts becomes master although the master is alive: two machines have the
    VIP, and clients reach one or the other. With unicast, a rule for established connections lets adverts in once this
    node has sent some itself: after each start both are master for a moment.

    How to fix: accept IP protocol 112 from the other nodes before the rule that drops it, in the tool that looks after
    the rules: firewalld, ufw (in /etc/ufw/before.rules), or /etc/nftables.conf. Multicast goes to 224.0.0.18
    (ff02::12).

    Silent when: a rule on the packet's way can't be told (marks, limits, extensions of iptables), the interface is not
    here, or no address of another node is known. Rules are read as root only. Firewalls between the machines are not
    seen.
    """
    for instance in view.instances:
        nic = view.nic_of(instance)
        lost: dict[str, list[IPAddress]] = {}
        for packet in _adverts(view, instance) if nic is not None else ():
            chain = dropped(view.seen.rulesets, packet)
            if chain:
                lost.setdefault(chain, []).append(packet.source)
        for chain, sources in lost.items():
            yield _hit(view, instance, chain, sources)


def _adverts(view: MachineView, instance: VrrpInstance) -> Iterator[Packet]:
    """The adverts that other nodes send here, one from each."""
    nic, unicast, family = view.nic_of(instance), instance.is_unicast, instance.family
    if nic is None or unicast is None or family is None:
        return
    own = [held.address for held in nic.addresses if held.address.version == family and held.address in view.own]
    source = instance.unicast_src_ip
    target = source.value if source is not None and source.value is not None else next(iter(own), None)
    if not unicast:
        target = ip_address(GROUPS[family])
    for other in sorted(view.others, key=int):
        if other.version == family and target is not None and not other.is_loopback:
            yield Packet(nic.name, other, target)


def _place(instance: VrrpInstance) -> Span:
    return instance.interface.span if instance.interface is not None else instance.directive.span


def _hit(view: MachineView, instance: VrrpInstance, chain: str, sources: list[IPAddress]) -> Hit:
    verb = "becomes master beside them" if len(sources) > 1 else "becomes master beside it"
    return Hit(
        _place(instance),
        f"the packet filter of this machine (chain '{chain}') drops VRRP adverts from {listed(sources)}: this node "
        f"hears nothing and {verb}",
        help=_how(view, chain, sources),
    )


def _how(view: MachineView, chain: str, sources: list[IPAddress]) -> str:
    first, family = sources[0], "ip" if sources[0].version == 4 else "ip6"
    if "firewalld" in view.seen.rulesets.frontends:
        rich = "rule protocol value=vrrp accept"
        return f"'firewall-cmd --permanent --add-rich-rule=\"{rich}\"' and 'firewall-cmd --reload'"
    if "ufw" in view.seen.rulesets.frontends:
        name, prefix = ("before.rules", "ufw") if family == "ip" else ("before6.rules", "ufw6")
        line = f"-A {prefix}-before-input -p vrrp -s {first} -j ACCEPT"
        return f"add '{line}' to /etc/ufw/{name} for each node, and 'ufw reload'"
    if chain.split(" ")[1:] == ["filter", "INPUT"]:
        tool = "iptables" if family == "ip" else "ip6tables"
        return f"'{tool} -I INPUT -p vrrp -s {first} -j ACCEPT' for each node, and save the rules"
    field = "protocol" if family == "ip" else "nexthdr"
    line = f"nft insert rule {chain} {family} saddr {first} {family} {field} vrrp accept"
    return f"'{line}' for each node, and the same in /etc/nftables.conf"
