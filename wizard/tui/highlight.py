"""What the words of a file are, for whoever colours them: in haproxy.cfg and keepalived.conf as the parsers read them.

The other files that halb writes (scripts, YAML, TOML, the runbook) are read by Pygments, which Textual comes with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import Token  # type: ignore[import-untyped]

from parsers.haproxy import HaproxyLine, Section, parse_haproxy
from parsers.keepalived import parse_keepalived
from parsers.keywords.haproxy import KeywordBlock, haproxy_table
from parsers.tree import Word
from rules.files import HAPROXY, KEEPALIVED, kind_of
from rules.support import LinePlace, places, refused
from rules.support.haproxy.vocabulary import unknown_lines
from rules.support.keepalived.unknown import unknown_lines as unknown_keepalived_lines


class WordKind(StrEnum):
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
    kind: WordKind


# 6443, 4h, 1.5, 50%, 10.0.0.1:6443, 192.168.2.140/24, *:6443, [fd00::1]:6443, fd00::1/64, :::6443
_NUMBER = re.compile(
    r"[-+]?[0-9]+(?:\.[0-9]+)?(?:us|ms|[smhdkMGg%])?|(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]+)?(?::[0-9]*)?"
    r"|\*?:[0-9]+|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?|(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]+(?:%\w+)?(?:/[0-9]+)?"
)
_REST = re.compile(r"[#!][^\n]*")

_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".md": "markdown"}
_SHELL = "bash"
_BY_TOKEN = {
    Token.Comment: WordKind.COMMENT,
    Token.Generic.Heading: WordKind.SECTION,
    Token.Generic.Subheading: WordKind.SECTION,
    Token.Keyword: WordKind.KEYWORD,
    Token.Keyword.Constant: WordKind.VALUE,
    Token.Name: WordKind.KEYWORD,
    Token.Name.Variable: WordKind.VALUE,
    Token.Literal.Number: WordKind.NUMBER,
    Token.Literal.String: WordKind.STRING,
}
"""Pygments' tokens; one that is not here is what the token above it is (`Comment.Single` a `Comment`)."""


def highlight(path: str, text: str) -> list[Mark]:
    """The words of a file, in their order and apart from each other; between them are spaces and braces.

    The end of the path and the content say what the file is. No text raises.
    """
    language = next((name for suffix, name in _LANGUAGES.items() if path.endswith(suffix)), None)
    kind = kind_of(path, text) if language is None else None
    if kind == HAPROXY:
        return _apart(_haproxy(path, text))
    if kind == KEEPALIVED:
        return _keepalived(path, text)
    return list(_by_pygments(language or _SHELL, text))


def _by_pygments(language: str, text: str) -> Iterator[Mark]:
    """The words of a file of a common format; tokens of one kind side by side, as the quotes of a string, are one."""
    last: Mark | None = None
    for start, token, word in get_lexer_by_name(language).get_tokens_unprocessed(text):
        known = next((one for one in reversed(token.split()) if one in _BY_TOKEN), None)
        end = start + len(word.rstrip("\n"))
        if known is None or start == end:
            continue
        kind = _BY_TOKEN[known]
        if last is not None and (last.end, last.kind) == (start, kind):
            last = last._replace(end=end)
            continue
        if last is not None:
            yield last
        last = Mark(start, end, kind)
    if last is not None:
        yield last


def _apart(marks: Iterable[Mark]) -> list[Mark]:
    """In order. Words that one reference stands for share its place: the first of them has it."""
    found: list[Mark] = []
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.start < mark.end and (not found or found[-1].end <= mark.start):
            found.append(mark)
    return found


def _word(word: Word, kind: WordKind) -> Mark:
    return Mark(word.start, word.end, kind)


def _argument(word: Word) -> Mark:
    if word.quoted:
        return _word(word, WordKind.STRING)
    return _word(word, WordKind.NUMBER if _NUMBER.fullmatch(word.value) else WordKind.VALUE)


# haproxy.cfg


def _haproxy(path: str, text: str) -> Iterator[Mark]:
    document = parse_haproxy(text, path)
    yield from (Mark(span.start, span.end, WordKind.COMMENT) for span in document.comments())
    yield from (Mark(span.start, span.end, WordKind.SECTION) for span in document.scopes)
    for line in document.dot_lines:
        yield from _statement(line, WordKind.KEYWORD)
    for line in document.stray:  # what stands before the first section is refused
        yield from _statement(line, WordKind.UNKNOWN)
    for section in document.sections:
        yield from _statement(section.header, WordKind.SECTION)
        yield from _lines(section, haproxy_table().section(section.keyword))


def _lines(section: Section, block: KeywordBlock | None) -> Iterator[Mark]:
    wrong: set[int] = set()
    if block is not None and block.complete:
        wrong.update(line.start for line in unknown_lines(section, block))
        never = refused(section.keywords, section.keyword, ("rejected", "removed"))
        wrong.update(line.start for keyword in never for line in section.all(keyword))
    for line in section.directives:
        yield from _statement(line, WordKind.UNKNOWN if line.start in wrong else WordKind.KEYWORD)


def _statement(line: HaproxyLine, kind: WordKind) -> Iterator[Mark]:
    """A line's words: the keyword with `no` before it, the name behind `option` and `timeout`, the arguments."""
    keyword, args = line.keyword_word, line.args
    if keyword is None:
        return
    if line.prefix:
        yield _word(line.words[0], kind)
    yield _word(keyword, kind)
    names = {"option": haproxy_table().options, "timeout": haproxy_table().timeouts}.get(keyword.value)
    if names is not None and args and kind is WordKind.KEYWORD:
        known = args[0].dynamic or line.condition is not None or names.get(args[0].value) is not None
        yield _word(args[0], WordKind.KEYWORD if known else WordKind.UNKNOWN)
        args = args[1:]
    yield from map(_argument, args)


# keepalived.conf


def _keepalived(path: str, text: str) -> list[Mark]:
    document = parse_keepalived(text, path)
    unknown = {id(found.place.line) for found in unknown_keepalived_lines(document)}
    marks = [mark for place in places(document) for mark in _line(place, id(place.line) in unknown)]
    marks += [Mark(include.span.start, include.span.end, WordKind.KEYWORD) for include in document.includes]
    marks += [Mark(span.start, span.end, WordKind.VALUE) for _, span in document.definitions]
    marks = _apart(marks)
    return _apart([*marks, *_comments(text, marks)])


def _line(place: LinePlace, unknown: bool) -> Iterator[Mark]:
    """A line's words; the lines of a value block are arguments from the first word on."""
    words = place.line.words
    if words and not place.entry:
        top = place.line.parent is None and place.line.is_block
        yield _word(words[0], WordKind.UNKNOWN if unknown else WordKind.SECTION if top else WordKind.KEYWORD)
        words = words[1:]
    yield from map(_argument, words)


def _comments(text: str, read: Sequence[Mark]) -> Iterator[Mark]:
    """The comments of a keepalived.conf: what begins with `#` or `!` in the stretches that were read as nothing."""
    at = 0
    for end, after in (*((mark.start, mark.end) for mark in read), (len(text), len(text))):
        while comment := _REST.search(text, at, end):
            yield Mark(*comment.span(), WordKind.COMMENT)
            at = comment.end()
        at = max(at, after)
