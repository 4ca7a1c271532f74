"""HA029: a word that haproxy does not know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import REJECTED, haproxy_table
from parsers.source import Span
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.absent import RULESETS
from rules.support.haproxy.line_options import options_of, unknown_options
from rules.support.haproxy.vocabulary import (
    PROXY_SECTIONS,
    judged_sections,
    lost_sections,
    misspelled_header,
    refused,
    unknown_lines,
)  # fmt: skip
from rules.text.suggestions import hint

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine, Section
    from parsers.keywords.haproxy import KeywordBlock
    from parsers.tree import Word

# Rules that are not allowed in an anonymous `defaults` section, but in a named one. Measured with haproxy 2.6.12.
_NAMED_ONLY = frozenset(("acl", "http-request", "http-response", "http-after-response", "tcp-request", "tcp-response"))
# What haproxy refuses in a section in spite of its keyword, by the words behind that (none: any). Measured with 2.6.12,
# 3.0.11 and 3.2.26.
_REFUSED_THERE: dict[str, dict[str, tuple[str, ...]]] = {
    "frontend": {"retry-on": ()},
    "backend": {"declare": (), "tcp-request": ("connection", "session")},
    "defaults": {"capture": (), "declare": (), "stick-table": (), "stats": ("admin", "http-request")},
}
_SECOND_WORDS = frozenset(("option", "timeout", "http-check", "tcp-check", "filter"))
_LOOKS_LIKE_ADDRESS = frozenset("0123456789:*[/")


@rule("HA029", "unknown-keyword", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A keyword, option, timeout or action that no haproxy from 2.6 to 3.4 knows in its place.

    Why it hurts: haproxy refuses the file. Keywords are case-sensitive, a misspelled section keyword is read as a
    statement of the section before it, and there are no continuation lines: a line that ends with a backslash does not
    continue on the next one.

    How to fix: the help names the keyword that was most likely meant.

    Silent when: any known version has the word (see `removed-keyword` for the others), in sections whose keywords are
    not all known to halb-lint (`log-forward`, `fcgi-app`, ...), under a condition, after a misspelled section header,
    for words with a placeholder, and for words that are not ASCII, such as those with a no-break space
    (`odd-character`).
    """
    lost = lost_sections(config).starts
    fine: set[str] = set()  # lines whose second word is known; large files have them many times
    for section, block in judged_sections(config):
        end = lost.get(id(section))
        for line in unknown_lines(section, block):
            if (end is None or line.start <= end) and line.words[0].value.isascii():
                yield _keyword_hit(section, line, block)
        for line in _misplaced(section):
            if end is None or line.start < end:
                yield _place_hit(section, line)
        if section.keyword in PROXY_SECTIONS:
            for line, hit in (*_second_words(section, fine), *_actions(section, fine)):
                if end is None or line.start < end:
                    yield hit
        for line, word in unknown_options(section):
            if end is None or line.start < end:
                yield _option_hit(line.keyword, word)


def _keyword_hit(section: Section, line: HaproxyLine, block: KeywordBlock) -> Hit:
    word = line.words[0]
    if word.value in ("no", "default"):
        following = line.words[1].value if len(line.words) > 1 else ""
        return Hit(
            word.span,
            f"'{word.value}' is not allowed before '{following}'; haproxy refuses it",
            help="remove it: 'no' and 'default' work only with 'option', 'log' and a few settings of 'global'",
        )
    joined = _continuation(section, line)
    if joined is not None:
        return joined
    header = misspelled_header(line, block)
    if header:
        message = f"unknown section keyword '{word.value}': haproxy reads the line as a statement of {section.label}"
        advice = f"did you mean the section keyword '{header}'?"
        return Hit(word.span, message, help=advice, note="unknown", fix=partial(Fix.told, word.span, advice))
    elsewhere = [name for name in ("global", "defaults", "frontend", "backend") if _accepts(name, word.value)]
    if elsewhere:
        advice = f"move it to a '{elsewhere[-1]}' section"
    else:
        advice = hint(word.value, block.names(), "remove it, or put a '#' before it")
    return Hit(
        word.span,
        f"unknown keyword '{word.value}' in a '{section.keyword}' section",
        help=advice,
        note="unknown",
        fix=partial(Fix.told, word.span, advice) if advice.startswith("did") else None,
    )


def _accepts(section: str, keyword: str) -> bool:
    block = haproxy_table().section(section)
    return block is not None and block.get(keyword) is not None and block.status(keyword) != REJECTED


def _continuation(section: Section, line: HaproxyLine) -> Hit | None:
    """The hit for a line that a backslash was meant to join to the line above, or None."""
    source = line.source
    backslash = source.text.rfind("\\", 0, line.start)
    if backslash < 0 or source.text[backslash + 1 : line.start] not in ("\n", "\r\n"):
        return None
    word = line.words[0]
    return Hit(
        Span(source, backslash, backslash + 1),
        f"haproxy has no continuation lines: the next line is read as a separate statement, and '{word.value}' is not "
        f"a keyword of a '{section.keyword}' section",
        help="write the statement on one line, without the backslash",
        note="does not join the lines",
        fix=partial(Fix.write, source.span(backslash, word.start), "", "write it on one line"),
        related=[(word.span, "read as a keyword")],
    )


def _misplaced(section: Section) -> Iterator[HaproxyLine]:
    """Lines that haproxy knows and refuses in this kind of section."""
    keywords = refused(section.index(), section.keyword, (REJECTED,))
    if section.keyword == "defaults" and section.name is None:
        keywords |= section.index().keys() & _NAMED_ONLY
    for keyword in sorted(keywords):
        yield from (line for line in section.all(keyword) if line.condition is None)
    for keyword, words in _REFUSED_THERE.get(section.keyword, {}).items():
        for line in section.all(keyword) if keyword in section.index() else ():
            if line.condition is None and (not words or (line.args and line.args[0].value in words)):
                yield line


def _place_hit(section: Section, line: HaproxyLine) -> Hit:
    word = line.keyword_word or line.words[0]
    if section.keyword == "defaults" and word.value in _REFUSED_THERE["defaults"]:
        where, advice = "a 'defaults' section", "move it into the proxies"
    elif section.keyword == "defaults" and word.value in _NAMED_ONLY:
        where, advice = "an anonymous 'defaults' section", "give the section a name, or move the line into the proxies"
    else:
        article = "an" if section.keyword[0] in "aeiou" else "a"
        where = f"{article} '{section.keyword}' section"
        fitting = (
            "a 'frontend' or 'listen'"
            if word.value in ("bind", "use_backend", "monitor", "declare", "tcp-request")
            else "a 'backend' or 'listen'"
        )
        advice = f"move it into {fitting} section"
    return Hit(word.span, f"'{word.value}' is not allowed in {where}; haproxy refuses the file", help=advice)


def _second_block(keyword: str) -> KeywordBlock:
    table = haproxy_table()
    blocks = {
        "option": table.options, "timeout": table.timeouts, "http-check": table.http_check,
        "tcp-check": table.tcp_check, "filter": table.filters,
    }  # fmt: skip
    return blocks[keyword]


def _second_words(section: Section, fine: set[str]) -> Iterator[tuple[HaproxyLine, Hit]]:
    """Unknown words after `option`, `timeout`, `http-check`, ..."""
    for keyword in section.index().keys() & _SECOND_WORDS:
        block = _second_block(keyword)
        for line in section.all(keyword):
            if line.line_text in fine:
                continue
            word = line.args[0] if line.args else None
            if word is None or word.dynamic or line.condition is not None:
                continue
            entry = block.get(word.value)
            if entry is None:
                advice = hint(word.value, block.known, f"'{keyword}' takes {_some(block)}")
                what = keyword if keyword in ("option", "timeout", "filter") else f"{keyword} rule"
                message = f"unknown {what} '{word.value}'"
                yield (
                    line,
                    Hit(word.span, message, help=advice, note="unknown", fix=partial(Fix.told, word.span, advice)),
                )
            elif line.prefix and "NONEG" in entry.flags:
                message = f"'{line.prefix} option {word.value}' is refused: haproxy does not allow negating this option"
                fix = partial(Fix.remove, line.span, safe=False)
                yield line, Hit(line.words[0].span, message, help="remove the line", fix=fix)
            else:
                fine.add(line.line_text)


def _some(block: KeywordBlock) -> str:
    names = [name for name in block.names() if "*" not in name]
    return f"{', '.join(names[:6])} ..." if len(names) > 12 else ", ".join(names)


def _actions(section: Section, fine: set[str]) -> Iterator[tuple[HaproxyLine, Hit]]:
    """Unknown actions of http and tcp rules."""
    for keyword in section.index().keys() & RULESETS.keys():
        for line in section.all(keyword):
            if line.line_text in fine:
                continue
            args = line.args
            at = RULESETS[keyword]
            if line.condition is not None or len(args) <= at or args[0].dynamic or args[at].dynamic:
                continue
            ruleset = " ".join([keyword, *(word.value for word in args[:at])])
            block = haproxy_table().actions(ruleset)
            if block is not None and block.complete and block.get(args[at].value) is None:
                advice = hint(args[at].value, block.known, f"'{ruleset}' takes {_some(block)}")
                message = f"unknown {ruleset} action '{args[at].value}'"
                fix = partial(Fix.told, args[at].span, advice)
                yield line, Hit(args[at].span, message, help=advice, note="unknown", fix=fix)
            elif block is not None:
                fine.add(line.line_text)


def _option_hit(keyword: str, word: Word) -> Hit:
    message = f"unknown '{keyword}' option '{word.value}'"
    before = word.source.text[max(word.start - 200, 0) : word.start].split()[-1:]
    port = word.value.lstrip(":")
    if word.value[:1] in _LOOKS_LIKE_ADDRESS:
        if keyword == "bind":
            advice = "write several addresses separated by commas, without spaces, or several 'bind' lines"
        elif keyword == "default-server":
            advice = "remove it: 'default-server' takes only options, no address"
        elif before and port.isdecimal():
            advice = f"write '{before[0]}:{port}' instead of '{before[0]} {word.value}'"
        else:
            advice = "a server has one address; write another one on its own 'server' line"
        joined = None
        if advice.startswith("write '"):
            start = word.source.text.rindex(before[0], 0, word.start)
            joined = partial(Fix.write, word.source.span(start, word.end), f"{before[0]}:{port}")
        return Hit(word.span, message, help=advice, note="not an option", fix=joined)
    advice = hint(word.value, options_of(keyword).known, "remove it, or put a '#' before it")
    fix = partial(Fix.told, word.span, advice) if advice.startswith("did") else None
    return Hit(word.span, message, help=advice, note="unknown", fix=fix)
