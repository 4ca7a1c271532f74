"""What the instances of one node watch: each check with the line that tracks it and its command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.failover.model import Check, Subject
from rules.failover.vrrp.tracking import UnknownError, checks_of, tracker_of
from rules.support.commands.used import command_of_script

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Tracker, VrrpInstance
    from rules.fleet.node import Node
    from rules.support.commands.used import UsedCommand


class WatchedCheck(NamedTuple):
    """One check of an instance. `used`: the command, None unless it is a script whose command is known."""

    check: Check
    tracker: Tracker
    used: UsedCommand | None


class Watch(NamedTuple):
    """An instance and all that it tracks.

    `sees_haproxy`: whether some check may notice that haproxy is dead; a check of which nothing is known may.
    """

    instance: VrrpInstance
    items: tuple[WatchedCheck, ...]
    sees_haproxy: bool


@lru_cache(maxsize=4)  # half a dozen rules ask in turn
def watches(node: Node) -> Sequence[Watch]:
    """What each instance of a node tracks; instances of which that is not known are left out."""
    return tuple(_watches(node))


def _watches(node: Node) -> Iterator[Watch]:
    config = node.keepalived
    if config is None or not config.complete:
        return
    for instance in config.instances:
        try:
            checks = list(checks_of(node, config, instance))
        except UnknownError:
            continue
        items = [item for check in checks if (item := _watched(config, instance, check)) is not None]
        yield Watch(instance, tuple(items), any(item.check.subject is Subject.HAPROXY for item in items))


def _watched(config: KeepalivedConfig, instance: VrrpInstance, check: Check) -> WatchedCheck | None:
    from parsers.facts.keepalived import VrrpScript

    tracker = tracker_of(config, instance, check)
    if tracker is None:
        return None
    item = config.definition(tracker) if check.kind == "script" else None
    used = command_of_script(config, item) if isinstance(item, VrrpScript) else None
    return WatchedCheck(check, tracker, used)
