"""Which entry of the keyword tables a word of haproxy.cfg is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from parsers.keywords.haproxy import haproxy_table
from rules.support.haproxy.vocabulary import PROXY_SECTIONS

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine, Section
    from parsers.keywords.haproxy import HaproxyKeyword, KeywordBlock
    from parsers.tree import Word

SECOND = {
    "option": "options",
    "timeout": "timeouts",
    "balance": "balance",
    "mode": "modes",
    "filter": "filters",
    "http-check": "http-check",
    "tcp-check": "tcp-check",
}
"""Keywords whose next word is a name of another block of the table."""
RULES = ("http-request", "http-response", "http-after-response")
LAYERED = {"tcp-request": ("connection", "session", "content"), "tcp-response": ("content",)}
_OPTIONS = {"server": 2, "default-server": 0, "server-template": 3, "bind": 1}  # arguments before the options


class KnownWord(NamedTuple):
    """An entry with the block that it is of, how it is written from the line's start, and its word."""

    block: str
    entry: HaproxyKeyword
    written: str
    word: Word


def block_of(section: str) -> str:
    """The block of the meanings that a section's keywords are in."""
    return "proxy" if section in PROXY_SECTIONS else f"section {section}"


def option_block(keyword: str) -> tuple[str, int] | None:
    """The block of the options that a line's further words are of, and how many arguments come before them."""
    before = _OPTIONS.get(keyword)
    if before is None:
        return None
    return ("bind options" if keyword == "bind" else "server options"), before


def word_of(section: Section, line: HaproxyLine, offset: int) -> KnownWord | None:
    """The entry of the word at an offset of a line; None for values and for what the table does not know."""
    table = haproxy_table()
    if line is section.header:
        at = line.words[0]
        entry = table.sections.exact(section.keyword)
        return KnownWord("sections", entry, section.keyword, at) if entry is not None and offset <= at.end else None
    keyword = line.keyword_word
    if keyword is None:
        return None
    if offset <= keyword.end:
        return _found(table.section(section.keyword), block_of(section.keyword), keyword, "")
    args = line.args
    number = next((n for n, word in enumerate(args) if word.start <= offset <= word.end), None)
    if number is None:
        return None
    word = args[number]
    if number == 0 and line.keyword in SECOND:
        title = SECOND[line.keyword]
        return _found(table.block(title), title, word, f"{line.keyword} ")
    if number == 0 and line.keyword in RULES:
        return _found(table.actions(line.keyword), f"actions {line.keyword}", word, f"{line.keyword} ")
    if number == 1 and args[0].value in LAYERED.get(line.keyword, ()):
        rules = f"{line.keyword} {args[0].value}"
        return _found(table.actions(rules), f"actions {rules}", word, f"{rules} ")
    options = option_block(line.keyword)
    if options is not None and number >= options[1]:
        return _found(table.block(options[0]), options[0], word, "")
    return None


def _found(block: KeywordBlock | None, title: str, word: Word, before: str) -> KnownWord | None:
    entry = block.get(word.value) if block is not None else None
    return KnownWord(title, entry, f"{before}{word.value}", word) if entry is not None else None
