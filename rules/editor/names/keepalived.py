"""The names in keepalived.conf: instances, sync groups, and what instances track."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.facts.keepalived.entries import trackers_of
from rules.editor.names.occurrences import NameKey, Occurrence

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig

INSTANCE = "vrrp_instance"
_DEFINITIONS = {
    INSTANCE: INSTANCE,
    "vrrp_script": "vrrp_script",
    "vrrp_sync_group": "vrrp_sync_group",
    "vrrp_track_process": "vrrp_track_process",
    "track_file": "track_file",
    "vrrp_track_file": "track_file",
    "bfd_instance": "bfd_instance",
    "virtual_server_group": "virtual_server_group",
}
_TRACKED = {
    "script": "vrrp_script", "process": "vrrp_track_process", "file": "track_file", "bfd": "bfd_instance",
}  # fmt: skip


def occurrences(config: KeepalivedConfig) -> Iterator[Occurrence]:
    """Every place with a name in one keepalived.conf and the files that it includes."""
    for block in config.document.children:
        words = block.words
        kind = _DEFINITIONS.get(block.keyword)
        if kind is not None and len(words) > 1:
            yield Occurrence(NameKey(kind, words[1].value), words[1].span, block.span, defines=True)
        if block.keyword in (INSTANCE, "vrrp_sync_group"):
            for tracker in trackers_of(block):
                if tracker.kind in _TRACKED:
                    key = NameKey(_TRACKED[tracker.kind], tracker.name)
                    yield Occurrence(key, tracker.span, tracker.directive.span)
        if block.keyword == "virtual_server" and len(words) > 2 and words[1].value == "group":
            yield Occurrence(NameKey("virtual_server_group", words[2].value), words[2].span, block.span)
    for group in config.sync_groups:
        for member in group.members:
            yield Occurrence(NameKey(INSTANCE, member.raw), member.span, member.directive.span)
    for block in config.blocks("global_defs"):
        for line in block.find_all("lvs_sync_daemon"):
            if len(line.args) > 1:
                yield Occurrence(NameKey(INSTANCE, line.args[1].value), line.args[1].span, line.span)
