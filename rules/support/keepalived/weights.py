"""Trackers with a weight, and where the weight is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.support.keepalived.lines import tracking

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, SyncGroup, Tracker, VrrpInstance
    from parsers.source import Span

DEFINED_BY = {
    "script": "vrrp_script",
    "process": "vrrp_track_process",
    "file": "track_file",
    "bfd": "bfd_instance",
    "interface": "interface",
}
"""Kind of tracker -> what messages call the thing that it tracks."""


def weighted_instances(config: KeepalivedConfig) -> Iterator[tuple[VrrpInstance, list[Tracker]]]:
    """The instances that track something with a known weight other than 0, themselves or by their sync group.

    Cheap, so that a rule can skip files without any weight before it loads the failover model.
    """
    groups: dict[str | None, SyncGroup] = {}
    for group in config.sync_groups:
        for member in group.members:
            groups.setdefault(member.value, group)
    for instance in config.instances:
        joined = groups.get(instance.title)
        trackers = [*instance.trackers, *(joined.trackers if joined is not None else ())]
        found = [tracker for tracker in trackers if config.tracker_weight(tracker)]
        if found:
            yield instance, found


def has_weights(config: KeepalivedConfig) -> bool:
    """Whether anything is tracked with a weight, or with its result reversed."""
    return any(
        config.tracker_weight(t) or config.tracker_reverse(t) for user in tracking(config) for t in user.trackers
    )


def weight_span(config: KeepalivedConfig, tracker: Tracker) -> Span:
    """The place of the weight that a tracker uses; the tracker's name if it is a default."""
    if tracker.weight is not None and tracker.weight.value is not None:
        return tracker.weight.span
    item = config.definition(tracker) if tracker.kind != "interface" else None
    written = item.weight if item is not None else None
    return written.span if written is not None else tracker.span


def tracked(tracker: Tracker) -> str:
    """What messages call the thing that is tracked: `vrrp_script 'check'`."""
    return f"{DEFINED_BY[tracker.kind]} '{tracker.name}'"
