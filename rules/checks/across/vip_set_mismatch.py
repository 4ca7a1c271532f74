"""XN003: one virtual router, several lists of virtual addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import Disagreement, disagreement
from rules.text.wording import listed

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from parsers.facts.keepalived import VirtualAddress
    from parsers.source import Span
    from rules.engine.settings import RuleSettings
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member, VrrpGroup
    from rules.support.compare import MemberValue

    Addresses = frozenset[IPv4Address | IPv6Address]

_APART = "; if they are two clusters, give each its own virtual_router_id"


def _addresses(vips: Sequence[VirtualAddress]) -> Addresses | None:
    """The set of addresses, or None if one of them is not known (another rule reports invalid ones)."""
    if any(vip.address is None or not vip.certain for vip in vips):
        return None
    return frozenset(vip.address for vip in vips if vip.address is not None)


def _place(member: Member, extra: Addresses) -> Span:
    """The first address that the other nodes do not have, or else the block, or else the instance."""
    for vip in (*member.instance.vips, *member.instance.excluded_vips):
        if vip.address in extra:
            return vip.span
    for keyword in ("virtual_ipaddress", "virtual_ipaddress_excluded"):
        for block in member.instance.directive.find_all(keyword):
            return block.span
    return member.instance.name.span


def _hit(group: VrrpGroup, differ: Disagreement[Addresses], setting: str, outcome: str, severity: Severity) -> Hit:
    readings = (*differ.odd, *differ.rest)
    every: Addresses = frozenset(address for r in readings for address in r.value)
    common = every.intersection(*(r.value for r in readings))
    odd = differ.odd[0]

    def shown(addresses: Addresses) -> str:
        return listed(sorted(map(str, addresses))) or "none"

    return Hit(
        _place(odd.member, odd.value - common),
        f"{setting} differs for {group.label}: {differ.values(lambda r: shown(r.value))}; {outcome}",
        help=_help(group, every, setting) + ("" if common else _APART),
        note=f"{odd.member.node.name}: {shown(odd.value - common or odd.value)}",
        related=[
            Related(
                _place(r.member, r.value - common),
                f"{r.member.node.name}: {shown(r.value - common or r.value)}",
                r.member.node.name,
            )
            for r in (*differ.rest, *differ.odd[1:])
        ],
        severity=severity,
        node=odd.member.node.name,
        fix=partial(_fix, readings, every, setting) if common or setting.endswith("excluded") else None,
    )


def _help(group: VrrpGroup, every: Addresses, setting: str) -> str:
    """What to list on every node. An instance has one family: the other one's addresses are not part of its adverts."""

    def shown(family: int) -> str:
        return listed(sorted(str(address) for address in every if address.version == family))

    families = Counter(family for member in group if (family := member.instance.family) is not None)
    family = max(sorted(families), key=lambda version: families[version], default=4)
    other = 10 - family
    if setting != "virtual_ipaddress" or not shown(family) or not shown(other):
        return f"list the same addresses on every node: {listed(sorted(map(str, every)))}"
    return (
        f"list the same IPv{family} addresses on every node: {shown(family)}; an IPv{family} instance takes IPv{other} "
        f"addresses ({shown(other)}) only in 'virtual_ipaddress_excluded', again the same on every node"
    )


def _prefix_hits(group: VrrpGroup) -> Iterator[Hit]:
    """VIPs that differ only in their prefix length: they move, but look different after a failover."""
    places: dict[object, list[tuple[Member, VirtualAddress]]] = {}
    for member in group:
        for vip in member.instance.vips:
            places.setdefault(vip.address, []).append((member, vip))
    for address, found in places.items():
        lengths = {vip.prefix for _, vip in found}
        if len(lengths) < 2 or any(not vip.certain for _, vip in found):
            continue
        usual = found[0][1].prefix
        odd = next(item for item in found if item[1].prefix != usual)
        yield Hit(
            odd[1].span,
            f"{address} has prefix length {_length(odd[1])} on {odd[0].node.name} and {_length(found[0][1])} on "
            f"{found[0][0].node.name}; it still moves, but the address looks different after a failover",
            help=f"write '{address}/{usual if usual is not None else odd[1].prefix}' on every node",
            note=f"{odd[0].node.name}: {_length(odd[1])}",
            related=[(found[0][1].span, f"{found[0][0].node.name}: {_length(found[0][1])}", found[0][0].node.name)],
            severity=Severity.INFO,
            node=odd[0].node.name,
            fix=partial(_fix_prefix, [vip for _, vip in found], usual if usual is not None else odd[1].prefix),
        )


def _length(vip: VirtualAddress) -> str:
    return f"/{vip.prefix}" if vip.prefix is not None else "none (a host address)"


def _outcome(group: VrrpGroup, release: str | None) -> str:
    """What keepalived does with the adverts of nodes that list different addresses."""
    from rules.support.keepalived.releases import by_release

    if len({member.instance.family for member in group}) > 1:
        return "IPv4 and IPv6 adverts never meet, and every node holds its own addresses"
    return by_release(
        release,
        "adverts are rejected and every node holds its own addresses",
        "adverts are accepted, and an address that the master does not list is on no node",
    )


@rule("XN003", "vip-set-mismatch", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet, settings: RuleSettings) -> Iterator[Hit]:
    """The nodes of one virtual router list different virtual addresses.

    Why it hurts: up to release 2.3.2 keepalived rejects an advert whose addresses are not its own (the count must be
    equal and each address known), so both nodes are MASTER (measured with 2.2.7; `skip_check_adv_addr` does not help).
    From 2.3.3 on it accepts and reports it (measured with 2.3.3 and 2.3.4): one node is MASTER, no node holds an
    address that only the others list, and a failover exchanges the addresses. keepalived does not compare the addresses
    in `virtual_ipaddress_excluded`: one that is missing on a node is gone after a failover, a warning. A different
    prefix length does no harm, an info.

    How to fix: write the same `virtual_ipaddress` block on every node; the order does not matter.

    Silent when: an address depends on a variable or is invalid, and for instances that nothing else shows to belong
    together: two independent virtual routers have different VIPs by design.
    """
    for group in fleet.vrrp_groups:
        differ = disagreement(group, lambda member: _addresses(member.instance.vips))
        if differ is not None:
            outcome = _outcome(group, settings.keepalived_version)
            yield _hit(group, differ, "virtual_ipaddress", outcome, Severity.ERROR)
        else:
            yield from _prefix_hits(group)
        excluded = disagreement(group, lambda member: _addresses(member.instance.excluded_vips))
        if excluded is not None:
            outcome = "an address that is missing on a node is gone when it takes over"
            yield _hit(group, excluded, "virtual_ipaddress_excluded", outcome, Severity.WARNING)


def _fix(readings: Sequence[MemberValue[Addresses]], every: Addresses, setting: str) -> Fix | None:
    """The addresses that each node lacks, as another one writes them."""
    from rules.support.keepalived.fixing import listed_in, together

    blocks = [m.instance.excluded_vips if setting.endswith("excluded") else m.instance.vips for m, _ in readings]
    written = {vip.address: vip for vips in blocks for vip in vips}
    changes = []
    for member, own in readings:
        lacking = [written[address] for address in sorted(every - own, key=str)]
        if any(vip.family != member.instance.family and not setting.endswith("excluded") for vip in lacking):
            return None
        if lacking:
            # The interface of one node may not exist on another one.
            lines = [vip.raw if vip.dev is not None else vip.directive.span.text for vip in lacking]
            changes.append(listed_in(member.instance, setting, lines))
    return together(changes, "list the same addresses on every node")


def _fix_prefix(vips: Sequence[VirtualAddress], prefix: int | None) -> Fix | None:
    from rules.support.keepalived.fixing import together

    changes = [Fix.write(vip.span, f"{vip.address}/{prefix}", safe=False) for vip in vips if vip.prefix != prefix]
    return together(changes, changes[0].title) if changes else None
