"""What the instances track: halb's own two checks are known again, others are replaced by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.facts.keepalived import VrrpScript
from parsers.facts.keepalived.checks import TrackProcess
from parsers.facts.keepalived.entries import Tracker
from wizard.importer import halb_lines
from wizard.importer.agreement import reading
from wizard.importer.model import LeftoverKind

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, SyncGroup, VrrpInstance
    from parsers.facts.keepalived.checks import Trackable
    from rules.fleet import Member
    from wizard.importer.keepalived.routers import Choice
    from wizard.importer.readings import Readings

_REPLACED = "replaced by halb's own checks"
_OWN_LINES = frozenset(
    ("script", "process", "interval", "timeout", "fall", "rise", "weight", "user", "quorum", "delay")
)

_DELAYS = (0.3, 1)  # seconds; files of earlier releases have the other one, or none


def read_tracking(reader: Readings, choice: Choice) -> None:
    """Account for trackers, what they name, and the sync groups of the endpoint's instances."""
    for member in choice.members:
        config = member.node.keepalived
        if config is None:
            continue
        groups = [g for g in config.sync_groups if _lists(g, member.instance)]
        for group in groups:
            _sync_group(reader, member, group, choice)
        trackers = [*member.instance.trackers, *(t for g in groups for t in g.trackers)]
        own = [_tracker(reader, member.node.name, config, tracker) for tracker in trackers]
        process = any(t.kind == "process" and _is_haproxy(config, t) for t in trackers)
        if process or "script" in own:
            word = "process" if process else "script"
            reader.add("track", reading(member.node.name, member.instance.directive.span, word))


def _lists(group: SyncGroup, instance: VrrpInstance) -> bool:
    return any(name.value == instance.title for name in group.members)


def _sync_group(reader: Readings, member: Member, group: SyncGroup, choice: Choice) -> None:
    """A group of the endpoint's two families is halb's own; any other holds more than the endpoint."""
    names = {m.instance.title for m in choice.members if m.node is member.node}
    if not choice.second or not {name.value for name in group.members} <= names:
        why = "a plan has a sync group for the two families of dual stack alone"
        reader.ledger.leave(member.node.name, group.directive, why)
        return
    reader.ledger.take(group.directive)
    for line in group.lines("group"):
        reader.ledger.take(line, *(line.children or ()))


def _tracker(reader: Readings, node: str, config: KeepalivedConfig, tracker: Tracker) -> str:
    """Settle one tracker and its definition; gives the kind of halb's own ones, else ""."""
    ledger = reader.ledger
    if tracker.kind not in ("script", "process"):
        ledger.leave(node, tracker.directive, f"a plan tracks no {tracker.kind}")
        return ""
    definition = config.definition(tracker)
    if definition is not None and _is_own(definition):
        ledger.take(tracker.block, tracker.directive, definition.directive)
        ledger.take(*(line for line in definition.directive.children or () if line.keyword in _OWN_LINES))
        return tracker.kind
    ledger.take(tracker.block)
    ledger.leave(node, tracker.directive, _REPLACED, LeftoverKind.REPLACED)
    if definition is not None:
        ledger.leave(node, definition.directive, _REPLACED, LeftoverKind.REPLACED)
    return ""


def _is_own(definition: Trackable) -> bool:
    """Whether halb wrote it: its script by name, haproxy's process with no setting of its own."""
    if isinstance(definition, VrrpScript):
        return any(word.rpartition("/")[2] == halb_lines.CHECK_SCRIPT for word in definition.argv)
    if isinstance(definition, TrackProcess):
        delay = definition.delay
        usual = definition.effective_weight == 0 and (delay is None or delay.value in _DELAYS)
        return definition.argv == ["haproxy"] and usual
    return False


def _is_haproxy(config: KeepalivedConfig, tracker: Tracker) -> bool:
    definition = config.definition(tracker)
    return isinstance(definition, TrackProcess) and definition.argv[:1] == ["haproxy"]
