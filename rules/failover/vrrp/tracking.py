"""What each router tracks, with the weights that keepalived uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.failover.model import AT_ONCE, Check, CheckKey, Subject
from rules.failover.subjects import (
    Listening,
    Tested,
    bfd_times,
    process_times,
    script_times,
    subject_of_process,
    subject_of_script,
)
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, SyncGroup, Tracker, VrrpInstance
    from rules.fleet.node import Node


class UnknownError(Exception):
    """Something about an instance is not known; the text is the reason."""


def checks_of(node: Node, config: KeepalivedConfig, instance: VrrpInstance) -> Iterator[Check]:
    """The checks that apply to an instance: its own and those of its sync group.

    Left out are those that keepalived ignores: names that nothing defines or that are defined further down; in a sync
    group, the weighted scripts, files and BFD sessions of members without `sync_group_tracking_weight` (measured with
    2.2.7). Raises UnknownError if a weight is not known.
    """
    group = config.sync_group_of(instance)
    listening = Listening.of(node.haproxy)
    for tracker in instance.trackers:
        check = _check(node, config, tracker, instance, listening)
        if check is None:
            continue
        if is_dropped(tracker.kind, check.weight, group):
            continue
        if tracker.kind == "interface" and is_weightless(group):
            check = _check(node, config, tracker, instance, listening, weight=0)
        if check is not None:
            yield check
    if group is not None:
        for tracker in group.trackers:
            check = _check(node, config, tracker, group, listening)
            if check is not None:
                yield check


def is_weightless(group: SyncGroup | None) -> bool:
    """Whether an instance is in a sync group whose members' weights have no effect."""
    return group is not None and group.global_tracking is None


def is_dropped(kind: str, weight: int, group: SyncGroup | None) -> bool:
    """Whether keepalived ignores what an instance tracks because it has a weight and the instance is in this sync
    group.
    """
    return bool(weight) and kind in ("script", "file", "bfd") and is_weightless(group)


def _check(
    node: Node,
    config: KeepalivedConfig,
    tracker: Tracker,
    user: VrrpInstance | SyncGroup,
    listening: Listening,
    weight: int | None = None,
) -> Check | None:
    """One tracker as a check; None if keepalived ignores the line."""
    if not tracker.certain:
        raise UnknownError(f"what it tracks on line {tracker.span.line} depends on something that is not in the files")
    if tracker.lost:
        return None
    key = CheckKey(node.name, tracker.kind, tracker.name)
    if tracker.kind != "interface":
        item = config.definition(tracker)
        if item is None or not config.defined_before(item, user):
            return None
    if weight is None:
        weight = config.tracker_weight(tracker)
    if weight is None:
        raise UnknownError(f"the weight of {tracker.kind} '{clipped(tracker.name)}' is not known")
    reverse = config.tracker_reverse(tracker)
    tested, about, times = _what(config, tracker, listening)
    trip, recover = times or (AT_ONCE, AT_ONCE)
    return Check(key, weight, reverse, tested.subject, about, tested.assumed, trip, recover)


def _what(config: KeepalivedConfig, tracker: Tracker, listening: Listening):  # type: ignore[no-untyped-def]
    """What a tracker tests, which one, and how long that takes."""
    from parsers.facts.keepalived import BfdInstance, TrackProcess, VrrpScript

    if tracker.kind == "interface":
        return Tested(Subject.INTERFACE), tracker.name, None
    item = config.definition(tracker)
    if isinstance(item, VrrpScript):
        times = script_times(item)
        if times is None:
            raise UnknownError(f"interval, rise or fall of vrrp_script '{clipped(tracker.name)}' is not known")
        return subject_of_script(item.argv, listening, item.effective_timeout), "", times
    if isinstance(item, TrackProcess):
        return subject_of_process(item), "", process_times(item)
    if isinstance(item, BfdInstance):
        neighbour = item.neighbor.raw if item.neighbor is not None else ""
        return Tested(Subject.NEIGHBOUR), neighbour, bfd_times(item)
    return Tested(Subject.HAPROXY, True), "", None
