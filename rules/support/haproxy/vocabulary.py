"""Words unknown to haproxy: which lines can be checked, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import haproxy_table
from parsers.records import NamedTuple
from rules.text.suggestions import closest

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine, Section
    from parsers.keywords.haproxy import KeywordBlock


# The sections whose lines `option`, `timeout`, rules and servers the table's blocks are about.
PROXY_SECTIONS = frozenset(("frontend", "backend", "listen", "defaults"))


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
        for name in table.removed.known
        if not any((entry := b.exact(name)) is not None and entry.versions for b in blocks)
    )


@lru_cache(64)
def _known(section: str) -> frozenset[str]:
    block = haproxy_table().section(section)
    return frozenset((*(block.known if block else ()), *removed_everywhere()))


def refused(keywords: Iterable[str], section: str, statuses: tuple[str, ...], version: str | None = None) -> set[str]:
    """Those of some keywords that have one of these statuses in a section, for the given version of haproxy."""
    return {name for name in keywords if _has_status(name, section, statuses, version)}


@lru_cache(4096)
def _has_status(keyword: str, section: str, statuses: tuple[str, ...], version: str | None) -> bool:
    block = haproxy_table().section(section)
    entry = block.exact(keyword) if block is not None else None
    return entry is not None and entry.status(version) in statuses


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


# Nothing is reported about the lines after a misspelled header, so a guess has to be a good one.
_HEADER_ALIKE = 0.72


def misspelled_header(line: HaproxyLine, block: KeywordBlock) -> str:
    """The section keyword that the line's keyword is a misspelling of, or "": `frontned api`.

    `block` are the keywords of the section that the line is in; a word closer to one of those is not a header.
    """
    if len(line.args) > 3:
        return ""
    sections = haproxy_table().sections.known
    near = closest(line.first_word, (*sections, *block.names()), alike=_HEADER_ALIKE)
    return near if near in sections else ""


class LostSections(NamedTuple):
    """Misspelled section headers: what follows one belongs to the section that was meant.

    `starts`: `id(section)` -> offset of the first such line in that section, after which nothing is known about it.
    `names`: the names that the headers were meant to define.
    """

    starts: dict[int, int]
    names: set[str]


@lru_cache(maxsize=8)  # three rules ask, and the answer takes a walk through all sections
def lost_sections(config: HaproxyConfig) -> LostSections:
    """The misspelled section headers of a configuration."""
    lost = LostSections({}, set())
    for section, block in judged_sections(config):
        for line in unknown_lines(section, block):
            if misspelled_header(line, block):
                lost.starts.setdefault(id(section), line.start)
                lost.names.update(word.value for word in line.args[:1])
    return lost
