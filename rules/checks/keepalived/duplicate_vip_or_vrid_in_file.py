"""KA030: two instances of one file with the same name, VIP or VRID."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.clashes import is_one_router

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VirtualAddress, VrrpInstance
    from parsers.source import Span
    from rules.engine.settings import RuleSettings


_COMPARED = 50  # instances of one VRID and interface; a file with more is a generated one


def _names(config: KeepalivedConfig) -> Iterator[Hit]:
    seen: dict[str, VrrpInstance] = {}
    for instance in config.instances:
        if instance.name is None or not instance.name.known or not instance.certain:
            continue
        first = seen.setdefault(instance.title, instance)
        if first is not instance:
            assert first.name is not None
            yield Hit(
                instance.name.span,
                f"vrrp_instance '{instance.title}' is defined twice: keepalived skips this block, with its addresses "
                "and checks",
                help="give the second instance a different name",
                note="skipped",
                related=[(first.name.span, "the first one")],
            )


def _distinct(config: KeepalivedConfig) -> list[VrrpInstance]:
    """The instances that keepalived runs: the first of each name."""
    return list({instance.title: instance for instance in reversed(config.instances) if instance.certain}.values())[
        ::-1
    ]


def _device(instance: VrrpInstance, vip: VirtualAddress | None = None) -> str | None:
    """The interface of an instance or of one of its addresses; None when it is not known."""
    value = vip.dev if vip is not None and vip.dev is not None else instance.interface
    return value.value if value is not None else None


Shared = list[tuple["VirtualAddress", "VirtualAddress"]]


def _shared(instances: list[VrrpInstance]) -> Iterator[tuple[VrrpInstance, VrrpInstance, Shared]]:
    """Pairs of instances (or one instance twice) with the addresses that both list on one interface."""
    seen: dict[object, tuple[VrrpInstance, VirtualAddress]] = {}
    found: dict[tuple[int, int], tuple[VrrpInstance, VrrpInstance, Shared]] = {}
    for instance in instances:
        for vip in (*instance.vips, *instance.excluded_vips):
            if vip.address is None or not vip.certain:
                continue
            first, other = seen.setdefault((vip.address, _device(instance, vip)), (instance, vip))
            if other is not vip:
                found.setdefault((id(first), id(instance)), (first, instance, []))[2].append((other, vip))
    yield from found.values()


def _twice_in_one(
    instance: VrrpInstance, vip: VirtualAddress, related: Sequence[tuple[Span, str]], release: str | None
) -> Hit:
    """One address twice in one instance; from 2.3.3 on `keepalived -t` exits with a status for it (measured)."""
    from rules.support.keepalived.releases import CHANGED, by_release
    from rules.support.releases import releases

    outcome = by_release(
        release,
        "it counts twice in the adverts, and must on every node",
        "'keepalived -t' reports it, and the line is ignored",
    )
    return Hit(
        vip.span,
        f"vrrp_instance '{instance.title}' lists the address '{vip.raw}' twice; {outcome}",
        help="remove one of the two lines, on all nodes",
        note="a second time",
        related=related,
        severity=Severity.WARNING if releases(release).have(CHANGED) else Severity.INFO,
        fix=partial(Fix.remove, vip.directive.span, title="remove the second line", safe=False),
    )


def _addresses(config: KeepalivedConfig, instances: list[VrrpInstance], release: str | None) -> Iterator[Hit]:
    groups = {member.value: group for group in reversed(config.sync_groups) for member in group.members}
    for first, second, pairs in _shared(instances):
        other, vip = pairs[0]
        related = [(other.span, f"in '{first.title}'"), *((again.span, "this one too") for _, again in pairs[1:])]
        if first is second:
            yield _twice_in_one(second, vip, related, release)
            continue
        group = groups.get(first.title)
        together = group is not None and groups.get(second.title) is group
        yield Hit(
            vip.span,
            f"the address '{vip.raw}' is in vrrp_instance '{first.title}' and in '{second.title}'"
            + (
                ", which move together"
                if together
                else ": when one of them becomes BACKUP, it removes the address for both"
            ),
            help="list each address in one instance",
            note="a second time",
            related=related,
            severity=Severity.INFO if together else None,
        )


def _router_ids(instances: list[VrrpInstance]) -> Iterator[Hit]:
    seen: dict[object, list[VrrpInstance]] = {}
    for instance in instances:
        vrid = instance.virtual_router_id
        device = _device(instance)
        if vrid is None or not vrid.known or device is None or instance.family is None:
            continue
        if instance.get("mcast_dst_ip") is not None or instance.use_vmac is not None:
            continue
        others = seen.setdefault((vrid.value, instance.family, device), [])
        first = next((other for other in others if is_one_router(other, instance)), None)
        if len(others) < _COMPARED:
            others.append(instance)
        if first is not None:
            assert first.virtual_router_id is not None
            yield Hit(
                vrid.span,
                f"vrrp_instance '{instance.title}' has virtual_router_id {vrid.value} on {device}, like "
                f"'{first.title}': keepalived exits with status 2",
                help="give each instance on an interface its own virtual_router_id, on all nodes",
                note="already used",
                related=[(first.virtual_router_id.span, f"the same in '{first.title}'")],
            )


@rule("KA030", "duplicate-vip-or-vrid-in-file", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig, settings: RuleSettings) -> Iterator[Hit]:
    """Two instances of one file have the same virtual address, the same virtual_router_id, or the same name.

    Why it hurts: with the same VRID twice on one interface keepalived does not run at all. Two instances with one
    address take it away from each other, which `keepalived -t` does not report. Of two blocks with the same name the
    second is skipped (measured with keepalived 2.2.7).

    How to fix: give each instance its own name, virtual_router_id (on its interface) and addresses.

    Silent when: the VRID is used on different interfaces, for different address families, or once with unicast
    and once with multicast, which is all legal; a value comes from a variable. The same address twice in one
    instance is an info; with a release from 2.3.3 on, which reports it, a warning.
    """
    yield from _names(config)
    instances = _distinct(config)
    yield from _addresses(config, instances, settings.keepalived_version)
    yield from _router_ids(instances)
