"""What a keepalived.conf says, as typed values with their places.

Facts are read from the structure that the author meant (with braces put right by the parser); every value
keeps its place, wrong ones are kept with their text, and what depends on a variable, a placeholder or
`@id` is marked uncertain.
"""

from __future__ import annotations

from parsers.facts.keepalived.checks import BfdInstance, Named, Trackable, TrackFile, TrackProcess, VrrpScript
from parsers.facts.keepalived.entries import Peer, Tracker, VirtualAddress, entries, trackers_of
from parsers.facts.keepalived.global_defs import GlobalDefs
from parsers.facts.keepalived.instance import VrrpInstance
from parsers.facts.keepalived.settings import Address, text_value
from parsers.facts.values import Value
from parsers.keepalived.scripts import Command, command_of
from parsers.keepalived.tree import KeepalivedDocument
from parsers.records import cached_property
from parsers.tree import Directive

__all__ = [
    "Address",
    "BfdInstance",
    "Command",
    "GlobalDefs",
    "KeepalivedConfig",
    "Peer",
    "SyncGroup",
    "TrackFile",
    "TrackProcess",
    "Trackable",
    "Tracker",
    "VirtualAddress",
    "VrrpInstance",
    "VrrpScript",
    "command_of",
    "keepalived_facts",
]


class SyncGroup(Named):
    """A vrrp_sync_group block."""

    @cached_property
    def members(self) -> list[Value[str]]:
        """The words of the first `group` block; the daemon ignores a second one."""
        blocks = self.lines("group")
        if not blocks:
            return []
        return [text_value(word, line) for line, _ in entries(blocks[0]) for word in line.words]

    @cached_property
    def trackers(self) -> list[Tracker]:
        """What the group itself tracks; weights apply to every member."""
        return trackers_of(self.directive)

    @property
    def global_tracking(self) -> Value[bool] | None:
        """Whether weighted trackers of members work: sync_group_tracking_weight or the older global_tracking."""
        return self.flag("sync_group_tracking_weight") or self.flag("global_tracking")


class KeepalivedConfig:
    """Everything one keepalived.conf (with its includes) says."""

    def __init__(self, document: KeepalivedDocument) -> None:
        self.document = document
        self.path = document.path
        self._by_keyword: dict[str, list[Directive]] = {}
        for child in document.children:
            if child.children is not None:
                self._by_keyword.setdefault(child.keyword, []).append(child)

    def blocks(self, keyword: str) -> list[Directive]:
        """The top-level blocks with this keyword, in file order."""
        return self._by_keyword.get(keyword, [])

    @property
    def complete(self) -> bool:
        """Whether everything the daemon reads is known: false with includes that could not be followed, unresolved
        `@id` lines, template markers. Rules about "X is nowhere" must then stay silent.
        """
        return self.document.complete and self.document.resolved

    @cached_property
    def global_defs(self) -> GlobalDefs:
        """The settings of all global_defs blocks."""
        return GlobalDefs(self.blocks("global_defs"))

    @cached_property
    def instances(self) -> list[VrrpInstance]:
        """The vrrp_instance blocks, in file order."""
        return [VrrpInstance(block, self.global_defs) for block in self.blocks("vrrp_instance")]

    @cached_property
    def scripts(self) -> list[VrrpScript]:
        """The vrrp_script blocks."""
        return [VrrpScript(block) for block in self.blocks("vrrp_script")]

    @cached_property
    def processes(self) -> list[TrackProcess]:
        """The vrrp_track_process blocks."""
        return [TrackProcess(block) for block in self.blocks("vrrp_track_process")]

    @cached_property
    def track_files(self) -> list[TrackFile]:
        """The track_file and vrrp_track_file blocks."""
        both = {*self.blocks("track_file"), *self.blocks("vrrp_track_file")}
        return [TrackFile(block) for block in self.document.children if block in both]

    @cached_property
    def bfds(self) -> list[BfdInstance]:
        """The bfd_instance blocks."""
        return [BfdInstance(block) for block in self.blocks("bfd_instance")]

    @cached_property
    def sync_groups(self) -> list[SyncGroup]:
        """The vrrp_sync_group blocks."""
        return [SyncGroup(block) for block in self.blocks("vrrp_sync_group")]

    def trackables(self, kind: str) -> list[Trackable]:
        """The definitions a tracker of this kind ("script", "process", "file", "bfd") can name, in file order."""
        if kind == "script":
            return list(self.scripts)
        if kind == "process":
            return list(self.processes)
        if kind == "file":
            return list(self.track_files)
        return list(self.bfds) if kind == "bfd" else []

    @cached_property
    def _definitions(self) -> dict[tuple[str, str], Trackable]:
        found: dict[tuple[str, str], Trackable] = {}
        for kind in ("script", "process", "file", "bfd"):
            for item in self.trackables(kind):
                found.setdefault((kind, item.title), item)
        return found

    @cached_property
    def _order(self) -> dict[int, int]:
        return {id(child): index for index, child in enumerate(self.document.children)}

    def definition(self, tracker: Tracker) -> Trackable | None:
        """The block a tracker names, the first with that name as in the daemon; None when nothing defines it."""
        return self._definitions.get((tracker.kind, tracker.name))

    def defined_before(self, item: Trackable, user: Named) -> bool:
        """Whether a definition comes before the block that uses it, as keepalived needs it."""
        order = self._order
        return order.get(id(item.directive), -1) < order.get(id(user.directive), -1)

    def tracker_weight(self, tracker: Tracker) -> int | None:
        """The weight a tracker works with: the line's, else the definition's (0 for interfaces); None if not known."""
        if tracker.weight is not None:
            if not tracker.weight.certain:
                return None
            if tracker.weight.value is not None:
                return tracker.weight.value
        if tracker.kind == "interface":
            return 0
        item = self.definition(tracker)
        return None if item is None else item.effective_weight

    def tracker_reverse(self, tracker: Tracker) -> bool:
        """Whether a tracker's result is reversed: by the line, else by the definition."""
        if tracker.reverse or tracker.noreverse:
            return tracker.reverse
        item = self.definition(tracker)
        return item is not None and item.reverse

    def sync_group_of(self, instance: VrrpInstance) -> SyncGroup | None:
        """The first sync group that lists an instance."""
        return self._sync_groups_by_member.get(instance.title)

    @cached_property
    def _sync_groups_by_member(self) -> dict[str, SyncGroup]:
        found: dict[str, SyncGroup] = {}
        for group in self.sync_groups:
            for member in group.members:
                if member.value is not None:
                    found.setdefault(member.value, group)
        return found

    def __repr__(self) -> str:
        return f"KeepalivedConfig({self.path!r}, {len(self.instances)} instances)"


def keepalived_facts(document: KeepalivedDocument) -> KeepalivedConfig:
    """The typed view of a document; everything is read when it is asked for."""
    return KeepalivedConfig(document)
