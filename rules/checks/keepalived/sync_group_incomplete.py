"""KA042: a sync group with too few or wrong members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.gaps import blocks_in_doubt, can_tell_what_is_missing
from rules.support.keepalived.placeholders import placeholder

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, SyncGroup
    from parsers.facts.values import Value


def _foreign(group: SyncGroup, names: set[str], taken: dict[str, Value[str]]) -> Iterator[Hit]:
    """Members that are not an instance (`names` has those of the file), or that belong to a group above."""
    for member in group.members:
        if member.value is None or placeholder(member.raw):
            continue
        if member.value not in names:
            yield Hit(
                member.span,
                f"sync group '{group.title}' lists '{member.raw}', which is not a vrrp_instance: keepalived ignores "
                "the member",
                help="write an instance's name exactly as on its 'vrrp_instance' line",
                note="no such instance",
            )
        elif member.value in taken:
            yield Hit(
                member.span,
                f"'{member.raw}' is in two sync groups: keepalived leaves it out of '{group.title}'",
                help="list the instance in one group only",
                note="already in the group above",
                related=[(taken[member.value].span, "it belongs to this group")],
            )


@rule("KA042", "sync-group-incomplete", Severity.WARNING, Scope.KEEPALIVED, words=("vrrp_sync_group",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A `vrrp_sync_group` has one member or none, or a member that is not an instance.

    Why it hurts: keepalived leaves such members out, and removes a group without any. Instances that should move
    together then move separately: one VIP here, the other there. A group of one instance does nothing, except that
    weighted checks of its member are ignored (measured with keepalived 2.2.7).

    How to fix: list at least two instances of the file by their names in `group { ... }`, each in one group.

    Silent when: names come from variables or are placeholders; an include could not be read.
    """
    if not can_tell_what_is_missing(config):
        return
    doubtful = blocks_in_doubt(config)
    names = {instance.title for instance in config.instances}
    taken: dict[str, Value[str]] = {}
    for group in config.sync_groups:
        if not group.certain or group.name is None or group.directive in doubtful:
            continue
        wrong = list(_foreign(group, names, taken))
        yield from wrong
        for member in group.members:
            if member.value is not None:
                taken.setdefault(member.value, member)
        if len(group.members) < 2 and not wrong and all(member.certain for member in group.members):
            what = f"only '{group.members[0].raw}'" if group.members else "no instance"
            yield Hit(
                group.name.span,
                f"sync group '{group.title}' lists {what}: "
                + ("it has no effect" if group.members else "keepalived removes the group"),
                help="list two or more instances in 'group { ... }', or remove the group",
                note="only one member" if group.members else "no member",
                related=[(member.span, "the only member") for member in group.members],
            )
