"""XN008: one virtual router, two VRRP versions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import disagreement, setting_on

if TYPE_CHECKING:
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member, VrrpGroup


def _place(member: Member) -> Span:
    """Where the version is set: in the instance, in global_defs, or (by default) the instance's name."""
    config = member.node.keepalived
    own = member.instance.get("version")
    everywhere = config.global_defs.get("vrrp_version") if config is not None else None
    value = own or everywhere
    return value.span if value is not None else member.instance.name.span


def _help(group: VrrpGroup, version: int) -> str:
    """Where to set the version: a line of the instance overrides the one for all of them."""
    if any(member.instance.get("version") is not None for member in group):
        return f"write 'version {version}' in the vrrp_instance of every node"
    return f"write 'vrrp_version {version}' in global_defs of every node"


@rule("XN008", "vrrp-version-mismatch", Severity.ERROR, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The nodes of one virtual router use different versions of VRRP.

    Why it hurts: keepalived rejects adverts of the other version ("wrong version", measured with 2.2.7), so both nodes
    are MASTER and hold the VIP. Version 2 is the default; an IPv6 VIP, `version 3` in the instance or `vrrp_version 3`
    in global_defs makes it 3.

    How to fix: set the same `vrrp_version` in global_defs of every node, or the same `version` in the instances, which
    overrides it.

    Silent when: a version depends on a variable, or the address family is not known.
    """
    for group in fleet.vrrp_groups:
        differ = disagreement(group, lambda member: member.instance.effective_version)
        if differ is None:
            continue
        odd = differ.odd[0]
        yield Hit(
            _place(odd.member),
            f"the VRRP version differs for {group.label}: {differ.values(lambda r: str(r.value))}; "
            "each rejects the other's adverts and both hold the VIP",
            help=_help(group, differ.rest[0].value or 2),
            note=f"{odd.member.node.name}: version {odd.value}",
            related=differ.related(_place, lambda r: f"{r.member.node.name}: version {r.value}"),
            fix=partial(_fix, group, [r.member for r in differ.odd], differ.rest[0].value or 2),
            node=odd.member.node.name,
        )


def _fix(group: VrrpGroup, members: list[Member], version: int) -> Fix | None:
    from rules.support.keepalived.fixing import global_setting, together

    if any(member.instance.get("version") is not None for member in group):
        return setting_on(members, f"version {version}")
    line = f"vrrp_version {version}"
    configs = [member.node.keepalived for member in members if member.node.keepalived is not None]
    return together((global_setting(config, line) for config in configs), f"write '{line}' in global_defs")
