"""Words unknown to haproxy: which lines can be checked, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from parsers.keywords.haproxy import haproxy_table

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine, Section
    from parsers.keywords.haproxy import KeywordBlock


def nearest(word: str, names: Iterable[str]) -> str:
    """The one of `names` that `word` was most likely meant to be, or ""."""
    if not 2 <= len(word) <= 60:
        return ""
    lower = word.lower()
    by_lower = {name.lower(): name for name in names}
    if lower in by_lower:
        return by_lower[lower]
    close = get_close_matches(lower, by_lower, n=1, cutoff=0.72)
    return by_lower[close[0]] if close else ""


def did_you_mean(word: str, names: Iterable[str], otherwise: str) -> str:
    """The advice for an unknown word: `did you mean '...'?`, or `otherwise`."""
    near = nearest(word, names)
    return f"did you mean '{near}'?" if near else otherwise


def judged_sections(config: HaproxyConfig) -> Iterator[tuple[Section, KeywordBlock]]:
    """The sections whose keywords are all known to the table, with that table."""
    table = haproxy_table()
    for section in config.sections:
        block = table.section(section.keyword)
        if block is not None and block.complete:
            yield section, block


@lru_cache(1)
def removed_everywhere() -> frozenset[str]:
    """The removed keywords that no section of any known version has."""
    table = haproxy_table()
    blocks = [block for name in ("global", "listen") if (block := table.section(name)) is not None]
    return frozenset(
        name
        for name in table.removed.entries
        if not any(name in b.entries and b.entries[name].versions for b in blocks)
    )


@lru_cache(64)
def _known(section: str) -> frozenset[str]:
    block = haproxy_table().section(section)
    return frozenset((*(block.entries if block else ()), *removed_everywhere()))


@lru_cache(256)
def refused(section: str, statuses: tuple[str, ...], version: str | None = None) -> frozenset[str]:
    """The keywords that have one of these statuses in a section, for the given version of haproxy."""
    block = haproxy_table().section(section)
    entries = block.entries if block else {}
    return frozenset(name for name, entry in entries.items() if entry.status(version) in statuses)


def unknown_lines(section: Section, block: KeywordBlock) -> list[HaproxyLine]:
    """The lines whose keyword no known version has, in file order; conditional and dynamic ones are left out."""
    unknown = section.index().keys() - _known(section.keyword)
    lines = [
        line
        for keyword in unknown
        if keyword and block.get(keyword) is None
        for line in section.all(keyword)
        if line.condition is None and line.words and not line.words[0].dynamic
    ]
    return sorted(lines, key=lambda line: line.start)


def misspelled_header(line: HaproxyLine, block: KeywordBlock) -> str:
    """The section keyword that the line's keyword is a misspelling of, or "": `frontned api`.

    `block` are the keywords of the section that the line is in; a word closer to one of those is not a header.
    """
    if len(line.args) > 3:
        return ""
    sections = haproxy_table().sections.entries
    near = nearest(line.first_word, (*sections, *block.names()))
    return near if near in sections else ""


class LostSections(NamedTuple):
    """Misspelled section headers: what follows one belongs to the section that was meant.

    `starts`: `id(section)` -> offset of the first such line in that section, after which nothing is known about it.
    `names`: the names that the headers were meant to define.
    """

    starts: dict[int, int]
    names: set[str]


_LOST: WeakKeyDictionary[HaproxyConfig, LostSections] = WeakKeyDictionary()


def lost_sections(config: HaproxyConfig) -> LostSections:
    """The misspelled section headers of a configuration."""
    lost = _LOST.get(config)
    if lost is None:
        lost = _LOST[config] = LostSections({}, set())
        for section, block in judged_sections(config):
            for line in unknown_lines(section, block):
                if misspelled_header(line, block):
                    lost.starts.setdefault(id(section), line.start)
                    lost.names.update(word.value for word in line.args[:1])
    return lost
