"""XN014: one check with different timing, weight or program on the nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.compare import Disagreement, disagreement
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import Tracker, VrrpScript
    from parsers.source import Span
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import Member, VrrpGroup

Reader = Callable[["Member", "Tracker", "VrrpScript"], object]


def _weight(member: Member, tracker: Tracker, script: VrrpScript) -> object:
    config = member.node.keepalived
    return config.tracker_weight(tracker) if config is not None else None


def _program(member: Member, tracker: Tracker, script: VrrpScript) -> object:
    argv = script.argv
    return argv[0].rpartition("/")[2] if argv else None


_COMPARED: dict[str, Reader] = {
    "interval": lambda member, tracker, script: script.effective_interval,
    "fall": lambda member, tracker, script: script.effective_fall,
    "rise": lambda member, tracker, script: script.effective_rise,
    "weight": _weight,
    "script": _program,
}
"""Setting -> how to read it; None if it is not known."""


def _tracked(member: Member, name: str) -> tuple[Tracker, VrrpScript] | None:
    """A member's tracker and script of this name, if it tracks a script of this name."""
    config = member.node.keepalived
    if config is None:
        return None
    group = config.sync_group_of(member.instance)
    trackers = [*member.instance.trackers, *(group.trackers if group is not None else ())]
    tracker = next((t for t in trackers if t.kind == "script" and t.name == name and t.certain), None)
    script = next((s for s in config.scripts if s.title == name and s.certain), None)
    return (tracker, script) if tracker is not None and script is not None else None


def _names(group: VrrpGroup) -> list[str]:
    """The names of the scripts that members define, in their order."""
    scripts = [s.title for m in group if m.node.keepalived is not None for s in m.node.keepalived.scripts]
    return list(dict.fromkeys(scripts))


def _place(member: Member, name: str, setting: str) -> Span:
    found = _tracked(member, name)
    if found is None:
        return member.instance.name.span
    tracker, script = found
    if setting == "weight" and tracker.weight is not None:
        return tracker.weight.span
    value = script.get(setting)
    return value.span if value is not None else script.name.span


@rule("XN014", "check-script-differs", Severity.WARNING, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """The nodes of one virtual router have one check with different timing, weight or program.

    Why it hurts: how long a dead haproxy keeps the VIP, and whether it loses it at all, then depends on the node. A
    test of the failover on one node says nothing about the other.

    How to fix: write the same vrrp_script on all nodes.

    Silent when: the checks have different names, a number depends on a variable, or only the arguments of the command
    differ, since they may name the node's own address.
    """
    reported: set[tuple[frozenset[str], str]] = set()
    for group in fleet.vrrp_groups:
        for name in _names(group):
            key = frozenset(member.node.name for member in group), name
            found = list(_differences(group, name)) if key not in reported else []
            if found:
                reported.add(key)
                yield _hit(name, found)


def _differences(group: VrrpGroup, name: str) -> Iterator[tuple[str, Disagreement[object]]]:
    """The settings of the script of this name in which the members differ."""
    for setting, read in _COMPARED.items():

        def value(member: Member, read: Reader = read) -> object:
            found = _tracked(member, name)
            return read(member, *found) if found is not None else None

        differ = disagreement(group, value)
        if differ is not None:
            yield setting, differ


def _said(value: object) -> str:
    return f"'{value:g}'" if isinstance(value, int | float) else f"'{value}'"


def _hit(name: str, found: list[tuple[str, Disagreement[object]]]) -> Hit:
    setting, differ = found[0]
    odd = differ.odd[0].member
    texts = [f"{what} ({each.values(lambda r: _said(r.value))})" for what, each in found]
    return Hit(
        _place(odd, name, setting),
        f"vrrp_script '{name}' differs in {listed(texts)}",
        help=f"write the same vrrp_script '{name}' on all nodes",
        note=f"{odd.node.name}: {_said(differ.odd[0].value)}",
        related=differ.related(lambda m: _place(m, name, setting), lambda r: f"{r.member.node.name}: {_said(r.value)}"),
        node=odd.node.name,
    )
