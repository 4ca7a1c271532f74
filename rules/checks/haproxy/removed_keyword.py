"""HA030: a keyword that haproxy no longer has, or does not have yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import ACCEPTED, IGNORED, REJECTED, REMOVED, UNKNOWN, haproxy_table
from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.line_options import options_of, unknown_options
from rules.support.haproxy.removed import header_address, is_later
from rules.support.haproxy.vocabulary import judged_sections, refused, removed_everywhere

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import Section
    from parsers.keywords.haproxy import HaproxyKeyword, KeywordBlock
    from parsers.tree import Word
    from rules.engine.settings import RuleSettings

    Found = tuple[Word, str, HaproxyKeyword]

_GONE = (REMOVED, UNKNOWN)
_FINE = (ACCEPTED, IGNORED, REJECTED)


@rule("HA030", "removed-keyword", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A keyword, option or spelling that haproxy has removed.

    Why it hurts: haproxy refuses the file. Old guides are full of them: `clitimeout` and the like, `reqadd`, `nbproc`,
    `listen web 0.0.0.0:80` with the address after the name, `option http-use-htx`.

    How to fix: the help names the successor. Set `haproxy-version` in `[lint]` of halb.toml to the installed version;
    keywords that were added later, or removed by then, are reported too (the later ones as a warning).

    Silent when: without `haproxy-version`, any version from 2.6 on accepts the keyword; for lines under a condition and
    for words with a placeholder.
    """
    version = settings.haproxy_version
    for section in config.sections:
        yield from _header(section)
        if version is not None:
            entry = haproxy_table().sections.get(section.keyword)
            if entry is not None and entry.status(version) in _GONE and section.condition is None:
                yield _hit(section.header.words[0], f"the section '{section.keyword}'", entry, version)
    for section, block in judged_sections(config):
        for word, what, entry in (*_keywords(section, block, version), *_second_words(section, version)):
            yield _hit(word, what, entry, version)
        for line, word in unknown_options(section, version) if version is not None else ():
            option = options_of(line.keyword).get(word.value)
            if option is not None:
                yield _hit(word, f"'{word.value}' of '{line.keyword}'", option, version)


def _header(section: Section) -> Iterator[Hit]:
    address = header_address(section)
    if address is not None and section.condition is None:
        yield Hit(
            address.span,
            f"the address '{address.value}' follows the name of {section.label}, as in haproxy 1; since then it needs "
            "a 'bind' line, and haproxy refuses the file",
            help=f"write 'bind {address.value}' on its own line in the section",
            note="needs 'bind'",
        )


def _keywords(section: Section, block: KeywordBlock, version: str | None) -> Iterator[Found]:
    removed = haproxy_table().removed.entries
    keywords = section.index().keys()
    gone = keywords & refused(section.keyword, _GONE, version)
    # A keyword that was never valid in this section, but was in another.
    foreign = (keywords & removed_everywhere()) - block.entries.keys()
    for keyword in sorted(gone | foreign):
        for line in section.all(keyword):
            word = line.keyword_word
            if word is not None and line.condition is None and not word.dynamic:
                yield word, f"'{keyword}'", block.get(keyword) or removed[keyword]


def _second_words(section: Section, version: str | None) -> Iterator[Found]:
    """The same for the words after `option`, `mode` and `timeout`."""
    table = haproxy_table()
    index = section.index()
    for keyword, block in (("option", table.options), ("mode", table.modes), ("timeout", table.timeouts)):
        if section.keyword == "global" or keyword not in index:
            continue
        for line in section.all(keyword):
            word = line.args[0] if line.args else None
            entry = block.get(word.value) if word is not None else None
            if word is None or entry is None or word.dynamic or line.condition is not None:
                continue
            if entry.status(version) not in _FINE:
                yield word, f"'{keyword} {word.value}'", entry


def _hit(word: Word, what: str, entry: HaproxyKeyword, version: str | None) -> Hit:
    advice = entry.instead or "remove it"
    # Without a version, only what every version refuses gets here.
    if version is None or entry.status(version) == REMOVED or not entry.since:
        when = f" in haproxy {entry.dropped}" if entry.dropped else ""
        message = f"{what} was removed{when}; haproxy refuses the file"
        return Hit(word.span, message, help=advice, note="removed")
    if is_later(entry.since, version):
        message = f"{what} needs haproxy {entry.since}; this file is for {version}, which refuses it"
        advice = f"remove it, or set 'haproxy-version' to {entry.since} if that is the installed version"
        return Hit(word.span, message, help=advice, note=f"not in {version}", severity=Severity.WARNING)
    message = f"{what} was removed before haproxy {version}; {entry.versions[-1]} was the last version with it"
    return Hit(word.span, message, help=advice, note=f"not in {version}")
