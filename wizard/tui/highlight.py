"""What the words of a file are, for whoever colours them: as the parsers read it, not as it looks.

The other files that halb writes (scripts, YAML, TOML, the runbook) are read line by line, for comments, keys and
headings alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from rules.files.kinds import HAPROXY, KEEPALIVED, kind_of

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine, Section
    from parsers.keywords.haproxy import KeywordBlock
    from parsers.tree import Word
    from rules.support.keepalived.lines import Place


class Kind(StrEnum):
    """What a word is. `UNKNOWN`: a keyword that no known version of the daemon has in that place."""

    SECTION = "section"
    KEYWORD = "keyword"
    VALUE = "value"
    COMMENT = "comment"
    STRING = "string"
    NUMBER = "number"
    UNKNOWN = "unknown"


class Mark(NamedTuple):
    """A word of a text: offsets of its first character and of the one behind its last, and what it is.

    `NUMBER` are numbers, times, addresses and ports.
    """

    start: int
    end: int
    kind: Kind


# 6443, 4h, 1.5, 50%, 10.0.0.1:6443, 192.168.2.140/24, *:6443, [fd00::1]:6443, fd00::1/64, :::6443
_NUMBER = re.compile(
    r"[-+]?[0-9]+(?:\.[0-9]+)?(?:us|ms|[smhdkMGg%])?|(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]+)?(?::[0-9]*)?"
    r"|\*?:[0-9]+|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?|(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]+(?:%\w+)?(?:/[0-9]+)?"
)
_REST = re.compile(r"[#!][^\n]*")

_SHELL = re.compile(r"^[ \t]*(?P<comment>#.*)", re.MULTILINE)
_YAML = re.compile(
    r"""^[ \t]*(?P<comment>\#.*)|^[ \t]*(?:-[ ]+)*(?P<keyword>[\w./-]+)(?=:(?:[ ]|$))|(?P<string>"[^"\n]*")""",
    re.MULTILINE | re.VERBOSE,
)
_TOML = re.compile(
    r"""^[ \t]*(?P<comment>\#.*)|^[ \t]*(?P<section>\[[^\n\]]*\]+)|^[ \t]*(?P<keyword>[\w.-]+)(?=[ \t]*=)"""
    r"""|(?P<string>"(?:[^"\\\n]|\\.)*")|(?<==)[ ]*(?P<number>[0-9.]+)""",
    re.MULTILINE | re.VERBOSE,
)
_MARKDOWN = re.compile(r"^(?P<section>#{1,6} .*)|(?P<string>`[^`\n]+`)", re.MULTILINE)
_BY_SUFFIX = {".yaml": _YAML, ".yml": _YAML, ".toml": _TOML, ".md": _MARKDOWN}


def highlight(path: str, text: str) -> list[Mark]:
    """The words of a file, in their order and apart from each other; what is in none of them is blank or a brace.

    The path's end and the content say what the file is. No text raises.
    """
    kind = kind_of(path, text)
    suffix = next((suffix for suffix in _BY_SUFFIX if path.endswith(suffix)), "")
    if kind == HAPROXY and not suffix:
        return _apart(_haproxy(path, text))
    if kind == KEEPALIVED and not suffix:
        return _keepalived(path, text)
    return _apart(
        Mark(*match.span(name), Kind(name))
        for match in _BY_SUFFIX.get(suffix, _SHELL).finditer(text)
        if (name := match.lastgroup) is not None
    )


def _apart(marks: Iterable[Mark]) -> list[Mark]:
    """In order. Words that one reference stands for share its place: the first of them has it."""
    found: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.start < mark.end and (not found or found[-1].end <= mark.start):
            found.append(mark)
    return found


def _word(word: Word, kind: Kind) -> Mark:
    return Mark(word.start, word.end, kind)


def _argument(word: Word) -> Mark:
    if word.quoted:
        return _word(word, Kind.STRING)
    return _word(word, Kind.NUMBER if _NUMBER.fullmatch(word.value) else Kind.VALUE)


# haproxy.cfg


def _haproxy(path: str, text: str) -> Iterator[Mark]:
    from parsers.haproxy import parse_haproxy
    from parsers.keywords.haproxy import haproxy_table

    document = parse_haproxy(text, path)
    yield from (Mark(span.start, span.end, Kind.COMMENT) for span in document.comments())
    yield from (Mark(span.start, span.end, Kind.SECTION) for span in document.scopes)
    for line in document.dot_lines:
        yield from _statement(line, Kind.KEYWORD)
    for line in document.stray:  # what stands before the first section is refused
        yield from _statement(line, Kind.UNKNOWN)
    for section in document.sections:
        yield from _statement(section.header, Kind.SECTION)
        yield from _lines(section, haproxy_table().section(section.keyword))


def _lines(section: Section, block: KeywordBlock | None) -> Iterator[Mark]:
    from rules.support.haproxy.vocabulary import refused, unknown_lines

    wrong: set[int] = set()
    if block is not None and block.complete:
        wrong.update(line.start for line in unknown_lines(section, block))
        never = refused(section.keyword, ("rejected", "removed"))
        wrong.update(line.start for keyword in section.keywords if keyword in never for line in section.all(keyword))
    for line in section.directives:
        yield from _statement(line, Kind.UNKNOWN if line.start in wrong else Kind.KEYWORD)


def _statement(line: HaproxyLine, kind: Kind) -> Iterator[Mark]:
    """A line's words: the keyword with `no` before it, the name behind `option` and `timeout`, the arguments."""
    from parsers.keywords.haproxy import haproxy_table

    keyword, args = line.keyword_word, line.args
    if keyword is None:
        return
    if line.prefix:
        yield _word(line.words[0], kind)
    yield _word(keyword, kind)
    names = {"option": haproxy_table().options, "timeout": haproxy_table().timeouts}.get(keyword.value)
    if names is not None and args and kind is Kind.KEYWORD:
        known = args[0].dynamic or line.condition is not None or names.get(args[0].value) is not None
        yield _word(args[0], Kind.KEYWORD if known else Kind.UNKNOWN)
        args = args[1:]
    yield from map(_argument, args)


# keepalived.conf


def _keepalived(path: str, text: str) -> list[Mark]:
    from parsers.keepalived import parse_keepalived
    from rules.support.keepalived.lines import places
    from rules.support.keepalived.unknown import unknown_lines

    document = parse_keepalived(text, path)
    unknown = {id(found.place.line) for found in unknown_lines(document)}
    marks = [mark for place in places(document) for mark in _line(place, id(place.line) in unknown)]
    marks += [Mark(include.span.start, include.span.end, Kind.KEYWORD) for include in document.includes]
    marks += [Mark(span.start, span.end, Kind.VALUE) for _, span in document.definitions]
    marks = _apart(marks)
    return _apart([*marks, *_comments(text, marks)])


def _line(place: Place, unknown: bool) -> Iterator[Mark]:
    """A line's words; the lines of a value block are arguments from the first word on."""
    words = place.line.words
    if words and not place.entry:
        top = place.line.parent is None and place.line.is_block
        yield _word(words[0], Kind.UNKNOWN if unknown else Kind.SECTION if top else Kind.KEYWORD)
        words = words[1:]
    yield from map(_argument, words)


def _comments(text: str, read: Sequence[Mark]) -> Iterator[Mark]:
    """The comments of a keepalived.conf: what begins with `#` or `!` in the stretches that were read as nothing."""
    at = 0
    for end, after in (*((mark.start, mark.end) for mark in read), (len(text), len(text))):
        while comment := _REST.search(text, at, end):
            yield Mark(*comment.span(), Kind.COMMENT)
            at = comment.end()
        at = max(at, after)
