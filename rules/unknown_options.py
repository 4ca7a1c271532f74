"""Options of `bind`, `server` and `default-server` lines that no haproxy knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import haproxy_table
from rules.finding import Hit
from rules.vocabulary import did_you_mean

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine, Section
    from parsers.keywords.haproxy import KeywordBlock
    from parsers.source import Span

# Words between the keyword and the first option.
_HEAD = {"server": 2, "server-template": 3, "default-server": 0, "bind": 1}
_BLANKS = r"[ \t\v\f]"
_WORD = re.compile(r"[^ \t\v\f]++")
# A line whose words stand as they are: no quotes, escapes, variables, placeholders or comments.
_PLAIN = {
    keyword: re.compile(
        rf"{_BLANKS}*+{keyword}(?:{_BLANKS}++[^ \t\v\f\r\n\"'\\#$<{{@]++){{{count}}}([^\r\n\"'\\#$<{{@]*+)\r?\n?\Z"
    )
    for keyword, count in _HEAD.items()
}
_LOOKS_LIKE_ADDRESS = frozenset("0123456789:*[/")
# `source ADDR [usesrc ADDR] [interface NAME]` has parts that are no options by themselves.
_SOURCE_PARTS = frozenset(("usesrc", "interface"))


def unknown_options(section: Section) -> Iterator[tuple[HaproxyLine, Hit]]:
    """The first unknown option of each line of a proxy section; lines with a condition are left out."""
    if section.keyword == "global":
        return
    index = section.index()
    for keyword, plain in _PLAIN.items():
        for line in section.all(keyword) if keyword in index else ():
            found = plain.match(line.line_text)
            if found is not None and _unknown_in(found[1], keyword) < 0:
                continue
            words = line.args[_HEAD[keyword] :]
            at = _first_unknown([word.value for word in words], keyword)
            if at >= 0 and line.condition is None and not any(word.dynamic for word in words[: at + 1]):
                yield line, _hit(keyword, words[at].value, words[at].span)


def _block(keyword: str) -> KeywordBlock:
    table = haproxy_table()
    return table.bind_options if keyword == "bind" else table.server_options


@lru_cache(4096)
def _unknown_in(text: str, keyword: str) -> int:
    return _first_unknown(_WORD.findall(text), keyword)


def _first_unknown(words: Sequence[str], keyword: str) -> int:
    """Index of the first word that stands where an option is wanted and is none; -1 without one."""
    block = _block(keyword)
    at = 0
    after_source = False
    while at < len(words):
        name = words[at]
        entry = block.get(name)
        if after_source and name in _SOURCE_PARTS:
            at += 2
        elif entry is None:
            return at
        else:
            after_source = after_source or name == "source"
            # -1: a variable number, the first of which is always there.
            at += 1 + abs(entry.args or 0)
    return -1


def _hit(keyword: str, name: str, span: Span) -> Hit:
    message = f"'{name}' is no option of '{keyword}'"
    if name[:1] in _LOOKS_LIKE_ADDRESS:
        if keyword == "bind":
            advice = "write several addresses as one word with commas, or several 'bind' lines"
        elif keyword == "default-server":
            advice = "'default-server' takes options only, no address"
        else:
            advice = "a server has one address; another one needs a line of its own"
        return Hit(span, message, help=advice, note="not an option")
    advice = did_you_mean(name, _block(keyword).entries, "remove it, or put a '#' before it")
    return Hit(span, message, help=advice, note="unknown")
