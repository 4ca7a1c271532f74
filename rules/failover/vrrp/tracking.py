"""What each router tracks, with the weights that keepalived uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.failover.model import AT_ONCE, Check, CheckKey, Subject
from rules.failover.subjects import (
    Tested,
    bfd_times,
    nothing_known,
    process_times,
    script_times,
    subject_of_command,
    subject_of_process,
)
from rules.support.commands.meaning import CommandMeaning, meaning_of
from rules.support.commands.surroundings import Surroundings
from rules.support.commands.users import runner_of
from rules.text.wording import clipped

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, SyncGroup, Trackable, Tracker, VrrpInstance, VrrpScript
    from rules.fleet.node import Node


class UnknownError(Exception):
    """Something about an instance is not known; the text is the reason."""


def checks_of(node: Node, config: KeepalivedConfig, instance: VrrpInstance) -> Iterator[Check]:
    """The checks that apply to an instance: its own and those of its sync group.

    Left out are those that keepalived ignores: names that nothing defines or that are defined further down; scripts
    that it removes, because no program has their name or because of script security; in a sync group, the weighted
    scripts, files and BFD sessions of members without `sync_group_tracking_weight` (measured with 2.2.7). Raises
    UnknownError if a weight is not known.
    """
    group = config.sync_group_of(instance)
    around = Surroundings.of(config, node.haproxy)
    for tracker in instance.trackers:
        check = _check(node, config, tracker, instance, around)
        if check is None:
            continue
        if is_dropped(tracker.kind, check.weight, group):
            continue
        if tracker.kind == "interface" and is_weightless(group):
            check = _check(node, config, tracker, instance, around, weight=0)
        if check is not None:
            yield check
    if group is not None:
        for tracker in group.trackers:
            check = _check(node, config, tracker, group, around)
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
    around: Surroundings,
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
        if item is None or not config.defined_before(item, user) or _has_no_program(item):
            return None
    if weight is None:
        weight = config.tracker_weight(tracker)
    if weight is None:
        raise UnknownError(f"the weight of {tracker.kind} '{clipped(tracker.name)}' is not known")
    reverse = config.tracker_reverse(tracker)
    tested, about, times = _what(config, tracker, around, weightless=not weight)
    trip, recover = times or (AT_ONCE, AT_ONCE)
    known = tested.assumed, tested.unknown, tested.otherwise
    return Check(key, weight, reverse, tested.subject, about, *known, trip, recover)


def is_removed(config: KeepalivedConfig, item: Trackable) -> bool:
    """Whether keepalived removes a script, so that nothing checks anything, or does so on most machines."""
    from parsers.facts.keepalived import VrrpScript

    return _has_no_program(item) or (isinstance(item, VrrpScript) and runner_of(config, item.user).removed)


def _has_no_program(item: Trackable) -> bool:
    """Whether keepalived removes a script because its command names no program."""
    from parsers.facts.keepalived import VrrpScript

    return isinstance(item, VrrpScript) and bool(item.argv and meaning_of(item.argv).removed)


def _what(config: KeepalivedConfig, tracker: Tracker, around: Surroundings, *, weightless: bool):  # type: ignore[no-untyped-def]
    """What a tracker tests, which one, and how long that takes."""
    from parsers.facts.keepalived import BfdInstance, TrackProcess, VrrpScript

    if tracker.kind == "interface":
        return Tested(Subject.INTERFACE), tracker.name, None
    item = config.definition(tracker)
    if isinstance(item, VrrpScript):
        times = script_times(item)
        if times is None:
            raise UnknownError(f"interval, rise or fall of vrrp_script '{clipped(tracker.name)}' is not known")
        return _of_script(config, item, around, weightless=weightless), "", times
    if isinstance(item, TrackProcess):
        return subject_of_process(item), "", process_times(item)
    if isinstance(item, BfdInstance):
        neighbour = item.neighbor.raw if item.neighbor is not None else ""
        return Tested(Subject.NEIGHBOUR), neighbour, bfd_times(item)
    return (
        nothing_known(f"what writes the number into the file of track_file '{clipped(tracker.name)}' is not known"),
        "",
        None,
    )


def _of_script(config: KeepalivedConfig, script: VrrpScript, around: Surroundings, *, weightless: bool) -> Tested:
    """What a script tests."""
    meaning = meaning_of(script.argv, script.effective_timeout) if script.argv else CommandMeaning(None)
    runner = runner_of(config, script.user)
    tested = subject_of_command(meaning, around, runner.user, weightless=weightless)
    if runner.removed and tested.subject in (Subject.HAPROXY, Subject.ALWAYS):
        return tested._replace(unknown=_NO_USER, otherwise=Subject.NOTHING)
    return tested


_NO_USER = (
    "without script_user, enable_script_security removes the check, unless the machine has an account keepalived_script"
)


def tracker_of(config: KeepalivedConfig, instance: VrrpInstance, check: Check) -> Tracker | None:
    """The line with which an instance, or its sync group, tracks a check."""
    return _trackers(config, instance).get((check.key.kind, check.key.name))


@lru_cache(maxsize=8)  # asked for each of the checks in turn
def _trackers(config: KeepalivedConfig, instance: VrrpInstance) -> Mapping[tuple[str, str], Tracker]:
    """Kind and name -> the first line of an instance, or of its sync group, that tracks it."""
    group = config.sync_group_of(instance)
    found: dict[tuple[str, str], Tracker] = {}
    for tracker in (*instance.trackers, *(group.trackers if group is not None else ())):
        found.setdefault((tracker.kind, tracker.name), tracker)
    return found
