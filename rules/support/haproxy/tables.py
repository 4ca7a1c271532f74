"""The stick tables that lines refer to: their own, or that of another proxy or a `peers` section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

_RULES = {"http-request": 0, "http-response": 0, "tcp-request": 1}
_STICKING = ("on", "match", "store-request", "store-response")


class TableUse(NamedTuple):
    """A line that needs a stick table: the word to show, and the name of the table ("" for that of the proxy)."""

    line: HaproxyLine
    word: Word
    table: str


def table_uses(proxy: Proxy) -> Iterator[TableUse]:
    """The lines of a proxy that need a stick table; haproxy does not read `stick` in a frontend."""
    index = proxy.section.index()
    for keyword in _RULES.keys() & index.keys():
        at = _RULES[keyword]
        for line in proxy.section.all(keyword):
            if len(line.args) > at + 1 and re.match(r"track-sc\d*\Z", line.args[at].value):
                yield _use(line, line.args[at])
    if proxy.is_backend and "stick" in index:
        for line in proxy.section.all("stick"):
            if len(line.args) > 1 and line.args[0].value in _STICKING:
                yield _use(line, line.args[0])


def _use(line: HaproxyLine, word: Word) -> TableUse:
    args = line.args
    start = next(i for i, other in enumerate(args) if other.start == word.start) + 2
    for index, other in enumerate(args[start:], start):
        if other.value in ("if", "unless"):
            break
        if other.value == "table" and index + 1 < len(args):
            return TableUse(line, args[index + 1], args[index + 1].value)
    return TableUse(line, word, "")


def tables_of(config: HaproxyConfig) -> set[str]:
    """The names by which the stick tables of a file are known."""
    names = {
        proxy.name.raw
        for proxy in config.proxies
        if proxy.name is not None and proxy.section.index().get("stick-table")
    }
    for section in config.sections:
        if section.keyword == "peers" and section.name is not None:
            names.update(f"{section.name.value}/{line.args[0].value}" for line in section.all("table") if line.args)
    return names
