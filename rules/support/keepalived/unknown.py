"""Lines of keepalived.conf whose keyword the block does not have: what the rules about them share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.keepalived import daemon_view_lost
from parsers.keywords.keepalived import ROOT, keepalived_table
from parsers.records import NamedTuple
from rules.support.keepalived.lines import LinePlace, called, enclosing, places
from rules.support.keepalived.placeholders import placeholder
from rules.support.spans import Spans
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.keepalived.tree import KeepalivedDocument
    from parsers.tree import Directive

_LOOKED_AT = 200  # lines that follow, for their keywords; a block may have thousands
_SHOWN = 4  # names in a list before "and others"
# Blocks with so many common words (`name`, `key`, `weight`) that a match proves nothing.
_ELSEWHERE = ("virtual_server", "SSL", "vrrp_instance/auth_hmac")


class Unknown(NamedTuple):
    """A line with an unknown keyword, and the blocks that have that keyword."""

    place: LinePlace
    homes: list[str]


@lru_cache(maxsize=4)  # two rules use them
def unknown_lines(document: KeepalivedDocument) -> Sequence[Unknown]:
    """The lines whose keyword is not one of the block's, where the table has all keywords of the block.

    Left out: lines under an unresolved condition, placeholders, what a parser's problem covers, and the top level of a
    file where a block is not closed, where the intended structure is not known.
    """
    return tuple(_unknown(document))


def _unknown(document: KeepalivedDocument) -> Iterator[Unknown]:
    table = keepalived_table()
    covered = Spans(problem.span for problem in document.problems)
    unclosed = any(problem.kind == "missing-close-brace" for problem in document.problems)
    for place in places(document):
        line = place.line
        if place.entry or not place.block or not line.keyword or place.keyword is not None:
            continue
        if unclosed and line.parent is None:
            continue
        word = line.words[0]
        if word.dynamic or line.condition is not None or placeholder(word.value) or covered.touch(line.span):
            continue
        yield Unknown(place, _homes(table.blocks_with(word.value), place.block))


def _homes(blocks: list[str], here: str) -> list[str]:
    """The blocks that a keyword belongs to, if they show what was meant."""
    if here.startswith("virtual_server"):
        return [block for block in blocks if block.startswith("virtual_server")]
    return [block for block in blocks if not block.startswith(_ELSEWHERE)]


def in_lvs(place: LinePlace) -> bool:
    """Whether the line belongs to a `virtual_server`, which has nothing to do with VRRP."""
    return place.block.startswith("virtual_server")


def block_named(path: str) -> str:
    """What messages call the block at a table path."""
    return "the top level" if path == ROOT else path.replace("/", " > ")


def consequence(line: Directive) -> str:
    """What keepalived does with a line that it does not know."""
    if not line.is_block:
        return "keepalived ignores the line"
    if line.parent is None:
        return "keepalived ignores the block with all its lines"
    lost = daemon_view_lost(line, _LOOKED_AT)
    keywords = list(dict.fromkeys(directive.keyword for directive in lost if directive.keyword))
    closes = f"keepalived reads its '}}' as the end of {called(line.parent)}"
    if not keywords:
        return f"{closes}, and none of its lines has the intended effect"
    shown = [f"'{keyword}'" for keyword in keywords[:_SHOWN]] + (["others"] if len(keywords) > _SHOWN else [])
    return f"{closes}, so {listed(shown)} after it {'is' if len(keywords) == 1 else 'are'} lost"


def shown(word: str) -> str:
    """A keyword for a message; invisible characters are written as U+00A0."""
    return "".join(char if char.isprintable() and not char.isspace() else f"U+{ord(char):04X}" for char in word)


def where(line: Directive) -> str:
    """`in vrrp_instance 'VI_1'`, `at the top level`."""
    return "at the top level" if line.parent is None else f"in {enclosing(line)}"
