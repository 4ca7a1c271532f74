"""The options on `bind`, `server` and `default-server` lines: which of them are unknown to haproxy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.facts.haproxy.options import option_set
from parsers.facts.haproxy.server import option_words, plain_options
from parsers.keywords.haproxy import ACCEPTED, haproxy_table

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine, Section
    from parsers.keywords.haproxy import KeywordBlock
    from parsers.tree import Word

# Words between the keyword and the first option.
_HEAD = {"server": 2, "server-template": 3, "default-server": 0, "bind": 1}
# `source ADDR [usesrc ADDR] [interface NAME]` has parts that are not options by themselves.
_SOURCE_PARTS = frozenset(("usesrc", "interface"))


def options_of(keyword: str) -> KeywordBlock:
    """The options that a line with this keyword may have."""
    table = haproxy_table()
    return table.bind_options if keyword == "bind" else table.server_options


def unknown_options(section: Section, version: str | None = None) -> Iterator[tuple[HaproxyLine, Word]]:
    """The first option of each line that no haproxy knows, or that the given version does not.

    Lines with a condition, and what follows a variable or a placeholder, are left out.
    """
    if section.keyword == "global":
        return
    for keyword in section.index().keys() & _HEAD.keys():
        for line in section.all(keyword):
            text = plain_options(line) if keyword == "server" else None
            if text is not None:
                at = _first_unknown_in(text, version)
            elif keyword == "bind":
                at = _first_unknown(tuple(word.value for word in line.args[1:]), keyword, version)
            else:
                at = _first_unknown(option_words(line, keyword), keyword, version)
            words = line.args[_HEAD[keyword] :] if at >= 0 else ()
            if at >= 0 and line.condition is None and not any(word.dynamic for word in words[: at + 1]):
                yield line, words[at]


@lru_cache(4096)
def _first_unknown_in(text: str, version: str | None) -> int:
    return _first_unknown(option_set(text).words, "server", version)


@lru_cache(4096)
def _first_unknown(words: tuple[str, ...], keyword: str, version: str | None) -> int:
    """Index of the first word in an option's place that is not an option; -1 without one."""
    block = options_of(keyword)
    at = 0
    after_source = False
    while at < len(words):
        name = words[at]
        entry = block.get(name)
        if after_source and name in _SOURCE_PARTS:
            at += 2
            continue
        if name == "\\" and at == len(words) - 1:
            return -1  # meant to join the next line, which is reported there
        if (entry is None) if version is None else (entry is not None and entry.status(version) != ACCEPTED):
            return at
        after_source = after_source or name == "source"
        # -1: a variable number, of which the first is always present.
        at += 1 + abs((entry.args or 0) if entry else 0)
    return -1
