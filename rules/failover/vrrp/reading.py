"""From the facts of all nodes to the routers of the model, and to what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from parsers.records import NamedTuple
from parsers.source import bytes_of
from rules.failover.model import InstanceKey, Router, Subject
from rules.failover.vrrp.refusals import Refusal, refusal_of
from rules.failover.vrrp.segments import Addresses, segments, sources
from rules.failover.vrrp.tracking import UnknownError, checks_of
from rules.fleet.routers import Member
from rules.support.keepalived.releases import EARLIER, Behaviour, behaviours
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.facts.values import Value
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node

T = TypeVar("T")

_USED_BYTES = 8  # RFC 2338 section 5.3.6: eight octets of authentication data; keepalived ignores the rest
_MULTICAST_GROUPS = {4: "224.0.0.18", 6: "ff02::12"}
# After these, the block that a line belongs to is a guess.
_BROKEN = frozenset(
    ("missing-close-brace", "missing-open-brace", "extra-open-brace", "extra-close-brace", "unterminated-quote")
)


class FleetReading(NamedTuple):
    """The routers of a fleet, and what is left out.

    `unknown`: why an instance can't be computed. `members`: every instance. `without`: nodes without a keepalived.conf
    among the files. `refused`: by node, why keepalived does not run its file. `inferred`: nodes whose address comes
    from the peer lists of the others. `behaviours`: what the releases that are meant do; the routers are those of the
    first (`variants` has the others).
    """

    routers: Mapping[InstanceKey, Router]
    unknown: Mapping[InstanceKey, str]
    members: Mapping[InstanceKey, Member]
    without: tuple[str, ...]
    refused: Mapping[str, Refusal]
    inferred: tuple[str, ...]
    behaviours: tuple[Behaviour, ...] = (EARLIER,)


def read_routers(fleet: Fleet) -> FleetReading:
    """The routers of a fleet."""
    routers: dict[InstanceKey, Router] = {}
    unknown: dict[InstanceKey, str] = {}
    members: dict[InstanceKey, Member] = {}
    meant = behaviours(fleet.keepalived_version)
    refused: dict[str, Refusal] = {}
    for node in fleet.nodes:
        config = node.keepalived
        if config is None:
            continue
        refusal = refusal_of(config, fleet.keepalived_version)
        if refusal is not None:
            refused[node.name] = refusal
        for index, instance in enumerate(config.instances):
            key = node.name, index
            members[key] = Member(node, instance)
            try:
                routers[key] = _router(node, config, instance, refusal)
            except UnknownError as why:
                unknown[key] = f"{node.name}: {why}"
    segment_of = segments(members, fleet.vrrp_groups)
    source_of, inferred = sources(routers, members, fleet.vrrp_groups, fleet.addresses)
    for key, router in list(routers.items()):
        if router.unicast and source_of.get(key) is None and not router.refused:
            unknown[key] = (
                f"{router.node}: the address that it sends from is not known; write 'unicast_src_ip' in "
                f"vrrp_instance '{clipped(router.instance)}', or 'address' under [[lb]] in halb.toml"
            )
            del routers[key]
        else:
            routers[key] = router._replace(
                segment=segment_of[key],
                source=source_of.get(key),
                homeless=_is_homeless(router, fleet.addresses),
                behaviour=meant[0],
                restarted=router.node in fleet.restarted,
            )
    _name_neighbours(routers)
    without = tuple(node.name for node in fleet.nodes if node.keepalived is None)
    return FleetReading(routers, unknown, members, without, refused, inferred, meant)


def _is_homeless(router: Router, addresses: Addresses) -> bool:
    """Whether the address that its file says it sends from is known to be another machine's."""
    if not router.unicast or router.source is None or router.source in addresses.get(router.node, ()):
        return False
    return any(router.source in known for node, known in addresses.items() if node != router.node)


def _name_neighbours(routers: dict[InstanceKey, Router]) -> None:
    """Set the node that each BFD check tests; an address of none of them tests nothing that could happen here."""
    nodes = {str(router.source): router.node for router in routers.values() if router.source is not None}
    for key, router in routers.items():
        if any(check.subject is Subject.NEIGHBOUR for check in router.checks):
            checks = (
                c._replace(about=nodes.get(c.about, "")) if c.subject is Subject.NEIGHBOUR else c for c in router.checks
            )
            routers[key] = router._replace(checks=tuple(checks))


def _router(node: Node, config: KeepalivedConfig, instance: VrrpInstance, refusal: Refusal | None) -> Router:
    """The instance as keepalived runs it; raises UnknownError with the reason."""
    _require_certain(config, instance)
    family = _known(instance.family, "the family of its addresses")
    source = instance.unicast_src_ip or instance.mcast_src_ip
    vrid = instance.virtual_router_id
    group = config.sync_group_of(instance)
    interface = instance.interface
    startup = config.global_defs.decimal("vrrp_startup_delay", 0.001)
    checks = tuple(checks_of(node, config, instance))
    return Router(
        node=node.name,
        instance=instance.name.raw,
        interface=interface.raw if interface is not None else "",
        vrid=vrid.value if vrid is not None and vrid.value is not None else 0,
        family=family,
        version=_known(instance.effective_version, "vrrp_version"),
        priority=_known(instance.effective_priority, "priority"),
        advert=_known(instance.effective_advert_int, "advert_int"),
        missed=instance.effective_down_timer_adverts,
        source=source.value if source is not None else None,
        unicast=_known(instance.is_unicast, "unicast_peer"),
        peers=frozenset(peer.address for peer in instance.unicast_peers if peer.address is not None),
        multicast_group=_multicast_group(config, instance, family),
        authentication=_authentication(instance),
        vips=frozenset(vip.address for vip in instance.usable_vips if vip.address is not None),
        excluded=frozenset(v.address for v in instance.excluded_vips if v.address is not None and v.lost is None),
        elsewhere=tuple(_other_interfaces(instance)),
        nopreempt=instance.effective_nopreempt,
        preempt_delay=instance.effective_preempt_delay,
        startup_delay=startup.value if startup is not None and startup.value is not None else 0.0,
        starts_as_master=instance.initial_state == "MASTER",
        checks=checks,
        sync=group.title if group is not None else "",
        checks_source=_switch(instance.boolean("check_unicast_src"), config.global_defs.vrrp_check_unicast_src),
        silent_to_lower=_switch(
            instance.boolean("lower_prio_no_advert"), config.global_defs.boolean("vrrp_lower_prio_no_advert")
        ),
        tracks_link=instance.dont_track_primary is None,
        refused=refusal.reason if refusal is not None else "",
        needs_address=_needs_address(instance),
        has_haproxy=node.haproxy is not None or any(check.subject is Subject.HAPROXY for check in checks),
        member=Member(node, instance),
    )


def _needs_address(instance: VrrpInstance) -> bool:
    """Whether keepalived does not run it without a usable VIP: in version 3, in strict mode, and where none of its VIPs
    can be used. Otherwise it elects a master all the same (measured with 2.2.7).
    """
    lines = instance.vips or instance.excluded_vips
    return bool(lines) or instance.effective_version == 3 or instance.is_strict is not False


def _require_certain(config: KeepalivedConfig, instance: VrrpInstance) -> None:
    """Raises UnknownError if the file, or what the instance needs from it, is not known for certain."""
    broken = next((problem for problem in config.document.problems if problem.kind in _BROKEN), None)
    if broken is not None:
        at = broken.span
        raise UnknownError(f"{at.source.path}:{at.line} can't be read reliably: {broken.message}")
    if not config.complete:
        raise UnknownError(f"{config.path} depends on an include, an '@' line or a template that could not be resolved")
    for vip in (*instance.vips, *instance.excluded_vips):
        if not vip.certain:
            raise UnknownError(f"the address '{clipped(vip.raw)}' on line {vip.span.line} is not known")
    peers = [peer for peer in instance.unicast_peers if not peer.certain]
    if peers:
        raise UnknownError(f"the peer '{clipped(peers[0].raw)}' on line {peers[0].span.line} is not known")
    settings: list[Value[str] | Value[int] | None] = [
        instance.get(keyword) for keyword in ("unicast_src_ip", "mcast_src_ip", "interface")
    ]
    for value in (*settings, instance.virtual_router_id, instance.auth_type, instance.auth_pass):
        if value is not None and not value.certain:
            keyword = value.directive.keyword
            raise UnknownError(f"{keyword} on line {value.span.line} depends on something that is not in the files")


def _known(value: T | None, what: str) -> T:
    if value is None:
        raise UnknownError(f"{what} depends on something that is not in the files")
    return value


def _switch(own: Value[bool] | None, everywhere: Value[bool] | None) -> bool:
    """A setting of the instance, or else of global_defs."""
    for value in (own, everywhere):
        if value is not None and value.value is not None:
            return value.value
    return False


def _authentication(instance: VrrpInstance) -> tuple[str, bytes]:
    """The kind, and the bytes of the password that count."""
    kind, secret = instance.effective_auth_type, instance.auth_pass
    if kind is None or secret is None:
        return "none", b""
    return kind, bytes_of(secret.value or "")[:_USED_BYTES]


def _multicast_group(config: KeepalivedConfig, instance: VrrpInstance, family: int) -> str:
    """The group that its adverts go to."""
    own = instance.address("mcast_dst_ip")
    everywhere = config.global_defs.vrrp_mcast_group4 if family == 4 else config.global_defs.vrrp_mcast_group6
    for value in (own, everywhere):
        if value is not None and value.value is not None and value.value.version == family:
            return str(value.value)
    return _MULTICAST_GROUPS[family]


def _other_interfaces(instance: VrrpInstance) -> Iterator[str]:
    """Interfaces other than its own that the instance needs because some of its addresses are there."""
    own = instance.interface
    for vip in (*instance.usable_vips, *instance.excluded_vips):
        if vip.dev is None or not vip.dev.certain or "no_track" in vip.options:
            continue
        if own is None or vip.dev.raw != own.raw:
            yield vip.dev.raw
