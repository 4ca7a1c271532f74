"""HO001: an interface or address of keepalived.conf that this machine does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance
    from parsers.facts.values import Value
    from rules.live.machine.observed import IPAddress
    from rules.live.views.machine import MachineView

_MOST = 8  # names in a message


@rule("HO001", "interface-missing", Severity.ERROR, Scope.MACHINE, needs=("interfaces",))
def check(view: MachineView) -> Iterator[Hit]:
    """keepalived.conf names an interface or a source address that this machine does not have.

    Why it hurts: keepalived does not start when an interface is missing ("Non-existent interface specified in
    configuration"), and an instance whose `unicast_src_ip` is not on its interface stays in FAULT: it never takes the
    VIP, and `keepalived -t` says nothing (both measured with 2.2.7; it does not know altnames either). An interface
    that is set down is in FAULT too. If the VIP belongs to the network of another interface, it answers nobody.

    How to fix: write the name that `ip -br addr` shows for the interface with this node's address.

    Silent when: `dynamic_interfaces` is set and the interface is only missing, as it may come later; the name belongs
    to a `use_vmac`; the line depends on a variable or `@id`; the VIP's network is on no interface or on several.
    """
    dynamic = view.node.keepalived is not None and view.node.keepalived.global_defs.dynamic_interfaces is not None
    seen: set[tuple[str, int]] = set()
    for instance in view.instances:
        virtual = _virtual_names(instance)
        for setting, near in _named(instance):
            if not setting.known or not setting.value or setting.value in virtual:
                continue
            if (setting.value, setting.span.start) in seen:
                continue
            seen.add((setting.value, setting.span.start))
            nic = view.seen.nic(setting.value)
            if nic is None and not dynamic:
                yield _missing(view, setting, near)
            elif nic is not None and not nic.up:
                yield Hit(
                    setting.span,
                    f"the interface '{nic.name}' is set down on this machine: the instance stays in FAULT",
                    help=f"'ip link set {nic.name} up', and have it set up at boot",
                )
        yield from _source_elsewhere(view, instance)
        yield from _vip_elsewhere(view, instance, virtual)


def _named(instance: VrrpInstance) -> Iterator[tuple[Value[str], list[IPAddress]]]:
    """The interfaces that a file names, each with the addresses that tell which one is meant."""
    source = instance.unicast_src_ip or instance.mcast_src_ip
    vips = [vip.address for vip in instance.vips if vip.address is not None]
    near = [source.value] if source is not None and source.value is not None else []
    if instance.interface is not None:
        yield instance.interface, [*near, *vips]
    for vip in (*instance.vips, *instance.excluded_vips):
        if vip.dev is not None and vip.certain:
            yield vip.dev, [vip.address] if vip.address is not None else []


def _virtual_names(instance: VrrpInstance) -> set[str]:
    """The names of the interfaces that keepalived makes itself."""
    names = set()
    for line in (*instance.lines("use_vmac"), *instance.lines("use_ipvlan")):
        router = instance.virtual_router_id
        names |= {word.value for word in line.args} | {f"vrrp.{router.value}" if router else "vrrp"}
        names |= {f"vrrp6.{router.value}"} if router else set()
    return names


def _missing(view: MachineView, setting: Value[str], near: list[IPAddress]) -> Hit:
    nics = [nic for nic in view.seen.interfaces if not nic.loopback]
    other = next((nic for nic in nics if setting.value in nic.other_names), None)
    held = (view.seen.holder_of(address) for address in near)
    owner = other or next((nic for nic in held if nic is not None), None)
    owner = owner or next((nic for address in near if (nic := view.seen.owner_of(address)) is not None), None)
    if other is not None:
        why = f"'{setting.raw}' is only another name of '{other.name}', which keepalived does not look for"
    elif owner is not None:
        vips = {vip.address for vip in view.vips}
        own = [held for held in owner.addresses if held.address not in vips]
        networks = [held for held in own if any(address in held.network for address in near)]
        why = f"'{owner.name}' has {listed(networks)}" if networks else f"'{owner.name}' is connected to that network"
    else:
        shown = [f"'{nic.name}'" for nic in nics[:_MOST]]
        why = f"it has {listed(shown)}" if shown else "it has none but the loopback interface"
    return Hit(
        setting.span,
        f"this machine has no interface '{setting.raw}', so keepalived does not start; {why}",
        help=f"write '{owner.name}' instead"
        if owner is not None
        else "'ip -br addr' shows the interfaces; write the right name",
    )


def _source_elsewhere(view: MachineView, instance: VrrpInstance) -> Iterator[Hit]:
    """An address to send from that is not on the interface."""
    source, nic = instance.unicast_src_ip, view.nic_of(instance)
    if source is None or not source.certain or source.value is None or nic is None:
        return
    holder = view.seen.holder_of(source.value)
    if holder is nic:
        return
    own = [held for held in nic.addresses if held.address.version == source.value.version]
    has = f"'{nic.name}' has {listed(own)}" if own else f"'{nic.name}' has no IPv{source.value.version} address"
    where = (
        f"{source.value} is on '{holder.name}'" if holder is not None else f"this machine does not have {source.value}"
    )
    yield Hit(
        source.span,
        f"{where}, and {has}: the instance stays in FAULT and never takes the VIP",
        help=f"write 'interface {holder.name}', or an address of '{nic.name}'"
        if holder is not None
        else f"write the address that this machine has on '{nic.name}', or give it {source.value}",
        related=[(instance.interface.span, "the interface")] if instance.interface is not None else [],
    )


def _vip_elsewhere(view: MachineView, instance: VrrpInstance, virtual: set[str]) -> Iterator[Hit]:
    """A VIP of a network that is on another interface than the one it is put on."""
    for vip in instance.usable_vips:
        setting = vip.dev or instance.interface
        nic = view.nic(setting)
        if nic is None or setting is None or vip.address is None or not vip.certain or setting.raw in virtual:
            continue
        owner = view.seen.owner_of(vip.address)
        if owner is None or owner is nic or nic.owns(vip.address):
            continue
        networks = [
            held.network for held in owner.addresses if held.address != vip.address and vip.address in held.network
        ]
        yield Hit(
            vip.span,
            f"the VIP {vip.address} is put on '{nic.name}', but its network {listed(networks)} is on '{owner.name}'",
            help=f"write 'dev {owner.name}' after the address, or 'interface {owner.name}' in the instance",
            related=[(setting.span, "the interface")],
            severity=Severity.WARNING,
        )
