"""Semantic highlighting: what each word is, for editors that have no grammar for these files, or a rough one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol.types import SemanticTokensLegend, SemanticTokenTypes

from parsers.keywords.haproxy import haproxy_table
from parsers.keywords.keepalived import keyword_of
from rules.editor.positions import TextPlaces, places_of
from rules.editor.words.keywords import option_block

if TYPE_CHECKING:
    from parsers.haproxy import HaproxyLine, Section
    from parsers.tree import Directive, Word
    from rules.editor.views import FileView

_T = SemanticTokenTypes
_TYPES = (
    _T.Comment, _T.Keyword, _T.Type, _T.Class, _T.Property, _T.Number, _T.String, _T.Operator, _T.Variable,
    _T.EnumMember,
)  # fmt: skip
LEGEND = SemanticTokensLegend([kind.value for kind in _TYPES], [])
_INDEX = {kind: number for number, kind in enumerate(_TYPES)}
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:us|ms|[smhdkKMG])?\Z")
_OPERATORS = frozenset(("if", "unless", "or", "||", "{", "}"))
_SECOND = {"option": "options", "timeout": "timeouts", "balance": "balance", "mode": "modes", "filter": "filters"}
_RULES = frozenset(
    ("http-request", "http-response", "http-after-response", "http-check", "tcp-check", "stick", "stats")
)


class Token(NamedTuple):
    """A stretch of the text and what it is."""

    start: int
    end: int
    kind: SemanticTokenTypes


def semantic_tokens(view: FileView, encoding: str, start: int = 0, end: int | None = None) -> list[int]:
    """The tokens of a stretch of a file as the protocol wants them: five numbers each, relative to the one before."""
    end = len(view.source.text) if end is None else end
    found = _of_haproxy(view, start, end) if view.haproxy is not None else _of_keepalived(view)
    every = sorted(token for token in found if token.end > start and token.start < end and token.end > token.start)
    return _encoded(every, places_of(view.source, encoding))


def _encoded(tokens: Sequence[Token], places: TextPlaces) -> list[int]:
    data: list[int] = []
    line = column = last = 0
    for token in tokens:
        if token.start < last:
            continue
        first, behind = places.place(token.start), places.place(token.end)
        if behind.line != first.line:  # a token has one line
            continue
        last = token.end
        delta = first.character - (column if first.line == line else 0)
        data += (first.line - line, delta, behind.character - first.character, _INDEX[token.kind], 0)
        line, column = first.line, first.character
    return data


def _of_haproxy(view: FileView, start: int, end: int) -> Iterator[Token]:
    assert view.haproxy is not None
    for comment in view.haproxy.comments():
        yield Token(comment.start, comment.end, _T.Comment)
    for line in view.haproxy.dot_lines:
        yield Token(line.span.start, line.span.end, _T.Keyword)
    sections = view.haproxy.sections
    for number, section in enumerate(sections):
        after = sections[number + 1].header.start if number + 1 < len(sections) else end
        if after <= start or section.header.start >= end:
            continue
        yield from _header(section)
        for line in section.directives:
            yield from _line(line)


def _header(section: Section) -> Iterator[Token]:
    at = section.keyword_span
    yield Token(at.start, at.end, _T.Type)
    layout = section.layout
    for word, kind in ((layout.name, _T.Class), (layout.from_word, _T.Keyword), (layout.from_name, _T.Class)):
        if word is not None:
            yield Token(word.start, word.end, kind)


def _line(line: HaproxyLine) -> Iterator[Token]:
    keyword = line.keyword_word
    if keyword is None:
        return
    if line.prefix:
        yield Token(line.words[0].start, line.words[0].end, _T.Operator)
    yield Token(keyword.start, keyword.end, _T.Keyword)
    second = _SECOND.get(line.keyword)
    condition = False
    for number, word in enumerate(line.args):
        if word.value in ("if", "unless") and not word.quoted:
            condition = True
        if number == 0 and (second is not None or line.keyword in _RULES):
            yield Token(word.start, word.end, _T.Property)
        elif number == 0 and line.keyword in ("acl", "server", "use_backend", "default_backend", "use-server"):
            yield Token(word.start, word.end, _T.Variable if line.keyword == "acl" else _T.Class)
        else:
            yield _word(word, line.keyword, condition)


def _word(word: Word, keyword: str, condition: bool) -> Token:
    text, options = word.value, option_block(keyword)
    if word.quoted:
        kind = _T.String
    elif condition and (text in _OPERATORS or text == "unless"):
        kind = _T.Operator
    elif condition:
        kind = _T.Variable
    elif _NUMBER.match(text):
        kind = _T.Number
    elif options is not None and (block := haproxy_table().block(options[0])) is not None and block.get(text):
        kind = _T.Property
    else:
        kind = _T.String
    return Token(word.start, word.end, kind)


def _of_keepalived(view: FileView) -> Iterator[Token]:
    for match in re.finditer(r"^[ \t]*([#!][^\n]*)|(?<=[ \t])([#!][^\n]*)", view.source.text, re.MULTILINE):
        group = 1 if match[1] is not None else 2
        yield Token(match.start(group), match.end(group), _T.Comment)
    for directive in view.directives():
        yield from _directive(directive)


def _directive(directive: Directive) -> Iterator[Token]:
    words = directive.words
    if not words or any(word.source is not words[0].source for word in words):
        return
    entry = keyword_of(directive)
    first = _T.Type if directive.is_block else _T.Keyword if entry is not None else _T.Variable
    yield Token(words[0].start, words[0].end, first)
    for word in words[1:]:
        if directive.is_block:
            kind = _T.Class
        elif word.quoted:
            kind = _T.String
        elif entry is not None and word.value in entry.enum:
            kind = _T.EnumMember
        elif _NUMBER.match(word.value):
            kind = _T.Number
        else:
            kind = _T.Property if entry is None and word.value in ("weight", "dev", "label", "scope") else _T.String
        yield Token(word.start, word.end, kind)
