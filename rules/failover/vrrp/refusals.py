"""Configurations that keepalived refuses to run: it exits with status 2, and the node takes no part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.support.keepalived.clashes import is_one_router
from rules.support.keepalived.lines import places
from rules.support.keepalived.values import is_fatal
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.source import Span

_COMPARED = 50  # instances of one VRID and interface; a file with more is a generated one


class Refusal(NamedTuple):
    """Why keepalived does not run a file, and the place."""

    reason: str
    span: Span


def refusal_of(config: KeepalivedConfig, release: str | None = None) -> Refusal | None:
    """Why keepalived exits at startup with this file, None if nothing shows that it does (measured with 2.2.7, and with
    2.3.3 where that one runs). `release` is the one that is meant, None any.

    Only reasons that hold on every machine: whether an interface exists is not in the file. None for a file with parts
    that are not known.
    """
    if not config.complete:
        return None
    for place in places(config.document):
        if is_fatal(place):
            return Refusal(f"'{place.line.keyword}' has no value", place.line.span)
    seen: dict[tuple[int, str, int | None], list[VrrpInstance]] = {}
    names: set[str] = set()
    for instance in config.instances:
        if instance.name.raw in names:
            continue  # of two instances with the same name keepalived skips the second, whatever it lacks
        names.add(instance.name.raw)
        found = _without(config, instance, release) or _twice(instance, seen)
        if found is not None:
            return found
    return None


def _without(config: KeepalivedConfig, instance: VrrpInstance, release: str | None) -> Refusal | None:
    """An instance without a required setting."""
    name = f"vrrp_instance '{clipped(instance.name.raw)}'"
    vrid = instance.virtual_router_id
    if vrid is None:
        return Refusal(f"{name} has no virtual_router_id", instance.name.span)
    if not any(value.value for value in _all(instance)) and vrid.certain:
        return Refusal(f"virtual_router_id '{clipped(vrid.raw)}' of {name} is not a number from 1 to 255", vrid.span)
    # dynamic_interfaces waits for one.
    if instance.interface is None and not config.global_defs.dynamic_interfaces and not _is_optional(instance, release):
        return Refusal(f"{name} has no interface", instance.name.span)
    return None


def _is_optional(instance: VrrpInstance, release: str | None) -> bool:
    """Whether the release may run the instance without an interface."""
    from rules.support.keepalived.releases import WITHOUT_INTERFACE
    from rules.support.releases import releases

    return instance.unicast_src_ip is not None and releases(release).have(WITHOUT_INTERFACE) is not False


def _all(instance: VrrpInstance):  # type: ignore[no-untyped-def]
    from parsers.facts.keepalived.settings import first_value, whole_number, within

    return [
        first_value(line, lambda text: within(whole_number(text), 1, 255))
        for line in instance.lines("virtual_router_id")
    ]


def _twice(instance: VrrpInstance, seen: dict[tuple[int, str, int | None], list[VrrpInstance]]) -> Refusal | None:
    """The same id twice on one interface, if keepalived treats the two as one virtual router."""
    vrid, interface = instance.virtual_router_id, instance.interface
    if vrid is None or interface is None or vrid.value is None or not interface.certain:
        return None
    others = seen.setdefault((vrid.value, interface.raw, instance.family), [])
    first = next((other for other in others if is_one_router(other, instance)), None)
    if len(others) < _COMPARED:
        others.append(instance)
    if first is None:
        return None
    return Refusal(
        f"virtual_router_id {vrid.value} is used twice on {clipped(interface.raw)}, in "
        f"'{clipped(first.name.raw)}' and '{clipped(instance.name.raw)}'",
        vrid.span,
    )
