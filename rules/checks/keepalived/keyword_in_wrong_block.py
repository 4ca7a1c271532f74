"""KA047: a keyword in a block that does not have it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.keywords.keepalived import keepalived_table
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.lines import called, places
from rules.support.keepalived.unknown import block_named, consequence, in_lvs, unknown_lines, where
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.tree import Directive
    from rules.support.keepalived.lines import LinePlace

_TRACKERS = ("track_script", "track_process", "track_file", "track_bfd", "track_interface")
_ADDRESSES = ("virtual_ipaddress", "virtual_ipaddress_excluded", "unicast_peer")


def _misread_entry(place: LinePlace, names: set[str]) -> str:
    """How keepalived reads a setting among the entries of a value block, or ""."""
    line = place.line
    outer, _, block = place.block.rpartition("/")
    word = line.keyword
    table = keepalived_table()
    if line.condition is not None or word in names:
        return ""
    if block in _TRACKERS and word in table.keywords("vrrp_script"):
        return f"keepalived looks for something called '{word}' to track, finds none and ignores the line"
    if block in _ADDRESSES and word in table.keywords(outer):
        return "keepalived reads it as an invalid address, and the setting is not applied"
    if block == "notification_email" and word in table.keywords(outer):
        return "keepalived silently reads it as a mail address, and the setting is not applied"
    return ""


def _fix_of_entry(place: LinePlace) -> str:
    block = place.block.rpartition("/")[2]
    if block in _TRACKERS:
        if place.line.keyword == "weight":
            return "write the weight after the name: 'NAME weight -20'"
        return "move the line into the definition of what is tracked"
    return f"move the line after the '}}' of {block}"


def _defined_names(config: KeepalivedConfig) -> set[str]:
    named = (*config.scripts, *config.processes, *config.track_files, *config.bfds)
    return {item.title for item in named}


@rule("KA047", "keyword-in-wrong-block", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A line is a keyword of a different block from the one it is in.

    Why it hurts: keepalived reports an unknown keyword and runs without it: `track_script` at the top level means no
    health check, and the `}` of an unknown block ends the block around it. Among the addresses of `notification_email`
    keepalived does not even report it: the setting becomes a mail address (measured with keepalived 2.2.7).

    How to fix: move the line into the block that the finding names.

    Silent when: the line is conditional, or inside an unknown block. In `virtual_server` and among mail addresses it is
    a warning.
    """
    for place, homes in unknown_lines(config.document):
        if not homes:
            continue
        line = place.line
        named = listed((block_named(home) for home in homes[:4]), "or")
        yield Hit(
            line.words[0].span,
            f"'{line.keyword}' belongs in {named}, not {where(line)}: {consequence(line)}",
            help=f"move it into {named}",
            note=f"not a keyword {where(line)}",
            severity=Severity.WARNING if in_lvs(place) else None,
            fix=partial(_to_global_defs, config, line) if homes == ["global_defs"] else None,
        )
    names = _defined_names(config)
    for place in places(config.document):
        misread = _misread_entry(place, names) if place.entry else ""
        if misread:
            assert place.line.parent is not None
            yield Hit(
                place.line.words[0].span,
                f"'{place.line.keyword}' is among the entries of {called(place.line.parent)}: {misread}",
                help=_fix_of_entry(place),
                note="read as an entry, not as a setting",
                severity=Severity.WARNING if place.block.endswith("notification_email") else None,
                fix=partial(_behind_block, place),
            )


def _to_global_defs(config: KeepalivedConfig, line: Directive) -> Fix | None:
    from rules.support.keepalived.fixing import inside

    blocks = [block for block in config.blocks("global_defs") if block.condition is None]
    there = inside(blocks[0], line.span.text) if blocks and line.children is None else None
    return Fix.remove(line.span).also(there, title="move the line into global_defs") if there is not None else None


def _behind_block(place: LinePlace) -> Fix | None:
    """The setting below the block, or the weight behind the name above it."""
    from rules.support.keepalived.fixing import line_moved_below

    line, outer = place.line, place.line.parent
    if outer is None or outer.children is None or line.children is not None:
        return None
    block = place.block.rpartition("/")[2]
    if block not in _TRACKERS:
        return line_moved_below(line, outer, line.span.text, f"move the line after the '}}' of {block}")
    at = outer.children.index(line)
    name = outer.children[at - 1] if at else None
    if line.keyword != "weight" or name is None or len(name.words) > 1 or name.words[0].source is not line.span.source:
        return None
    title = "write the weight after the name"
    return Fix.remove(line.span).also(Fix.add("append", name.span, line.span.text, safe=False), title=title)
