"""The lines of a keepalived.conf with their blocks and keywords from the keyword table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.keywords.keepalived import ROOT, KeepalivedKeyword, keepalived_table
from parsers.records import NamedTuple

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, SyncGroup, VrrpInstance
    from parsers.keepalived.tree import KeepalivedDocument
    from parsers.tree import Directive


class LinePlace(NamedTuple):
    """A line and the block it is in.

    `block` is the block's path in the table ("vrrp_instance/authentication", "(root)"), "" inside a block that is not
    in the table. `entry` is true for the lines of a value block, which are addresses or names, not keywords; `block` is
    then the value block's own path.
    """

    line: Directive
    block: str
    entry: bool

    @property
    def keyword(self) -> KeepalivedKeyword | None:
        """The table's entry for the line's keyword; None for entries and unknown keywords."""
        return None if self.entry or not self.block else keepalived_table().keyword(self.block, self.line.keyword)


@lru_cache(maxsize=4)  # half a dozen rules walk the same document in turn
def places(document: KeepalivedDocument) -> Sequence[LinePlace]:
    """Every line of the file (and of the included ones) in file order."""
    return tuple(_walk(document))


def _walk(document: KeepalivedDocument) -> Iterator[LinePlace]:
    table = keepalived_table()
    stack = [(line, ROOT, False) for line in reversed(document.children)]
    while stack:
        line, block, entry = stack.pop()
        yield LinePlace(line, block, entry)
        if not line.children:
            continue
        inner, entries = "", False
        if block and not entry:
            keyword = table.keyword(block, line.keyword)
            if keyword is not None and keyword.takes_block:
                inner, entries = f"{block}/{line.keyword}" if block != ROOT else line.keyword, keyword.is_value_block
                if not entries and not table.knows(inner):
                    inner = ""
        stack.extend((child, inner, entries) for child in reversed(line.children))


def tracking(config: KeepalivedConfig) -> list[VrrpInstance | SyncGroup]:
    """All blocks that can track something."""
    return [*config.instances, *config.sync_groups]


def enclosing(line: Directive) -> str:
    """What messages call the block that the line is in: `vrrp_instance 'VI_1'`, `global_defs`, `the top level`."""
    parent = line.parent
    return "the top level" if parent is None else called(parent)


def called(block: Directive) -> str:
    """What messages call a block: its keyword, and the name of the nearest block that has one."""
    outer: Directive | None = block
    while outer is not None and not outer.args:
        outer = outer.parent
    if outer is None:
        return block.keyword
    name = f"{outer.keyword} '{outer.args[0].value}'"
    return name if outer is block else f"{block.keyword} of {name}"
