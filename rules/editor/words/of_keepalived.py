"""What may stand at a place of keepalived.conf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parsers.facts.keepalived.entries import TRACK_BLOCKS
from parsers.keywords.keepalived import ROOT, block_path, keepalived_table, version
from rules.editor.names.index import names_of
from rules.editor.words.hover import keepalived_words
from rules.editor.words.proposals import Proposal, keyword, name, value

if TYPE_CHECKING:
    from parsers.keywords.keepalived import KeepalivedKeyword
    from rules.editor.views import FileView

_KINDS = {"script": "vrrp_script", "process": "vrrp_track_process", "file": "track_file", "bfd": "bfd_instance"}
_SWITCHES = ("true", "on", "yes", "false", "off", "no")
_NAMED = ("vrrp_instance", "vrrp_script", "vrrp_sync_group", "vrrp_track_process", "track_file", "bfd_instance")


def proposals(view: FileView, offset: int, front: str, word: str) -> tuple[list[Proposal], str]:
    """What may stand behind `front`, the line so far, and the part of `word` that is being typed."""
    block = view.block_at(offset - len(word))
    path = block_path(block)
    words = front.replace("{", " { ").split()
    if "{" in words:
        # `track_script { NAME` in one line: the block is the one that the line opens.
        opened = words[: len(words) - 1 - words[::-1].index("{")]
        words = words[len(words) - words[::-1].index("{") :]
        if opened and (block is None or block.keyword != opened[0]):
            path = opened[0] if path == ROOT else f"{path}/{opened[0]}"
    if words and words[0].startswith("@"):
        del words[0]
    last = path.rpartition("/")[2]
    if last in TRACK_BLOCKS and path.count("/"):
        return _tracked(view, TRACK_BLOCKS[last], words), word
    if last == "group" and path.count("/"):
        return [name(known, "vrrp_instance") for known in names_of(view.run).known("vrrp_instance", view.path)], word
    if last in ("virtual_ipaddress", "virtual_ipaddress_excluded"):
        entries = keepalived_table().keywords(f"{path}#entry") if words else ()
        return [keyword(known) for known in entries if not known.startswith("(")], word
    if not words:
        return _keywords(view, path), word
    entry = keepalived_table().keyword(path, words[0])
    return (_values(entry, words) if entry is not None else []), word


def _keywords(view: FileView, path: str) -> list[Proposal]:
    """The keywords of a block that the release on the nodes has."""
    table, found = keepalived_table(), []
    release = view.run.options.settings.keepalived_version
    for known in table.keywords(path):
        entry = table.keyword(path, known)
        if entry is None or known.startswith("(") or not _has(entry, release):
            continue
        since = "" if entry.since in (None, "1.2.1") else f"since {entry.since}"
        detail = " ".join(part for part in (entry.usage, since) if part)
        found.append(keyword(known, detail, keepalived_words(entry, path), _snippet(entry)))
    return found


def _has(entry: KeepalivedKeyword, release: str | None) -> bool:
    if release is None or entry.since is None:
        return entry.since != "git"
    return entry.since != "git" and version(entry.since) <= version(release)


def _snippet(entry: KeepalivedKeyword) -> str:
    """A block with its braces."""
    if not entry.takes_block:
        return ""
    named = " ${1:NAME}" if entry.name in _NAMED and entry.argument_required else ""
    return f"{entry.name}{named} {{\n\t$0\n}}"


def _values(entry: KeepalivedKeyword, words: list[str]) -> list[Proposal]:
    if len(words) == 1 and entry.enum:
        return [value(known) for known in entry.enum]
    if len(words) == 1 and entry.kind == "bool":
        return [value(known) for known in _SWITCHES]
    if entry.name == "weight" and len(words) == 2:
        return [value("reverse")]
    return []


def _tracked(view: FileView, kind: str, words: list[str]) -> list[Proposal]:
    if not words:
        defined = _KINDS.get(kind)
        return [name(known, defined) for known in names_of(view.run).known(defined, view.path)] if defined else []
    if len(words) == 1:
        return [keyword("weight", "N [reverse]")]
    return [value("reverse"), value("noreverse")] if len(words) == 3 and words[1] == "weight" else []
