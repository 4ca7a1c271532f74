"""Words that no haproxy knows: which lines can be judged, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from parsers.haproxy import suggest_section
from parsers.keywords.haproxy import haproxy_table

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine, Section
    from parsers.keywords.haproxy import KeywordBlock


def nearest(word: str, names: Iterable[str]) -> str:
    """The one of `names` that `word` most likely was meant to be, or ""."""
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


def unknown_lines(section: Section, block: KeywordBlock) -> list[HaproxyLine]:
    """The lines whose keyword no known version has, in file order; conditional and dynamic ones are left out."""
    removed = haproxy_table().removed
    lines = [
        line
        for keyword in section.index()
        if keyword and block.get(keyword) is None and removed.get(keyword) is None
        for line in section.all(keyword)
        if line.condition is None and line.words and not line.words[0].dynamic
    ]
    return sorted(lines, key=lambda line: line.start)


def misspelled_header(line: HaproxyLine) -> str:
    """The section keyword that the line's keyword is a misspelling of, or "": `frontned api`."""
    if len(line.args) > 3:
        return ""
    return suggest_section(line.first_word) or ""


def lost_sections(config: HaproxyConfig) -> tuple[dict[int, int], set[str]]:
    """Where misspelled section headers stand, and the names that they were meant to give.

    The first is `id(section)` -> offset of the first such line in that section: what follows it belongs to the
    section that was meant, so nothing can be said about it.
    """
    starts: dict[int, int] = {}
    names: set[str] = set()
    for section, block in judged_sections(config):
        for line in unknown_lines(section, block):
            if misspelled_header(line):
                starts.setdefault(id(section), line.start)
                names.update(word.value for word in line.args[:1])
    return starts, names
