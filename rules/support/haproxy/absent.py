"""Words that a release of haproxy does not have: removed by then, or added later."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import ACCEPTED, IGNORED, REJECTED, REMOVED, UNKNOWN, haproxy_table
from parsers.records import NamedTuple
from rules.support.haproxy.line_options import options_of, unknown_options
from rules.support.haproxy.removed import is_later
from rules.support.haproxy.vocabulary import PROXY_SECTIONS, judged_sections, refused, removed_everywhere

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import Section
    from parsers.keywords.haproxy import HaproxyKeyword, KeywordBlock
    from parsers.tree import Word

_GONE = (REMOVED, UNKNOWN)
_FINE = (ACCEPTED, IGNORED, REJECTED)
# Words between the keyword of a rule and its action.
RULESETS = {"http-request": 0, "http-response": 0, "http-after-response": 0, "tcp-request": 1, "tcp-response": 1}


class Absent(NamedTuple):
    """A word, what messages call it, its entry in the table, and how to be rid of it."""

    word: Word
    what: str
    entry: HaproxyKeyword
    removal: str = "remove the line"


def absent(config: HaproxyConfig, version: str | None) -> Iterator[Absent]:
    """The words that the given release refuses, or every release from 2.6 on if none is given."""
    for section in config.sections if version is not None else ():
        entry = haproxy_table().sections.get(section.keyword)
        if entry is not None and entry.status(version) in _GONE and section.condition is None:
            yield Absent(section.header.words[0], f"the section '{section.keyword}'", entry, "remove the section")
    fine: set[str] = set()  # lines that have none; large files have them many times
    for section, block in judged_sections(config):
        yield from _keywords(section, block, version)
        if section.keyword not in PROXY_SECTIONS:
            continue
        yield from _second_words(section, version, fine)
        yield from _actions(section, version, fine)
        for line, word in unknown_options(section, version) if version is not None else ():
            option = options_of(line.keyword).get(word.value)
            if option is not None:
                yield Absent(word, f"'{word.value}' of '{line.keyword}'", option, "remove it")


def is_newer(entry: HaproxyKeyword, version: str | None) -> bool:
    """Whether the word came after the release."""
    return version is not None and entry.status(version) != REMOVED and is_later(entry.since, version)


def _keywords(section: Section, block: KeywordBlock, version: str | None) -> Iterator[Absent]:
    removed = haproxy_table().removed
    for keyword in _absent_keywords(tuple(section.index()), section.keyword, block, version):
        for line in section.all(keyword):
            word = line.keyword_word
            entry = block.get(keyword) or removed.exact(keyword)
            if word is not None and entry is not None and line.condition is None and not word.dynamic:
                yield Absent(word, f"'{keyword}'", entry)


@lru_cache(256)  # sections of one kind mostly have the same keywords
def _absent_keywords(
    keywords: tuple[str, ...], section: str, block: KeywordBlock, version: str | None
) -> tuple[str, ...]:
    gone = refused(keywords, section, _GONE, version)
    # A keyword that was never valid in this section, but was in another.
    foreign = (removed_everywhere().intersection(keywords)) - block.known
    return tuple(sorted(gone | foreign))


def _second_words(section: Section, version: str | None, fine: set[str]) -> Iterator[Absent]:
    """The same for the words after `option`, `mode`, `timeout` and the like."""
    table = haproxy_table()
    blocks = {
        "option": table.options, "mode": table.modes, "timeout": table.timeouts, "balance": table.balance,
        "http-check": table.http_check, "tcp-check": table.tcp_check, "filter": table.filters,
    }  # fmt: skip
    for keyword in section.index().keys() & blocks.keys():
        block = blocks[keyword]
        for line in section.all(keyword):
            if line.line_text in fine:
                continue
            word = line.args[0] if line.args else None
            entry = block.get(word.value) if word is not None else None
            if word is None or entry is None or word.dynamic or line.condition is not None:
                continue
            if entry.status(version) not in _FINE:
                yield Absent(word, f"'{keyword} {word.value}'", entry)
            else:
                fine.add(line.line_text)


def _actions(section: Section, version: str | None, fine: set[str]) -> Iterator[Absent]:
    """The same for the actions of http and tcp rules."""
    for keyword in section.index().keys() & RULESETS.keys():
        at = RULESETS[keyword]
        for line in section.all(keyword):
            if line.line_text in fine:
                continue
            args = line.args
            if line.condition is not None or len(args) <= at or args[0].dynamic or args[at].dynamic:
                continue
            ruleset = " ".join([keyword, *(word.value for word in args[:at])])
            block = haproxy_table().actions(ruleset)
            entry = block.get(args[at].value) if block is not None else None
            if entry is not None and entry.status(version) not in _FINE:
                yield Absent(args[at], f"'{ruleset} {args[at].value}'", entry)
            elif entry is not None:
                fine.add(line.line_text)
