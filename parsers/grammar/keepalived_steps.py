"""The pieces from which a line of keepalived.conf is taken apart, in the order in which the daemon does it.

What is made of parts (`@id`, `$NAME=`, `${NAME}`, `include`) has a grammar. Where comments, quotes and braces are is
read character by character, which is the work of one expression each, as for the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pyparsing import (
    CharsNotIn,
    FollowedBy,
    Literal,
    Opt,
    ParseException,
    ParserElement,
    ParseResults,
    Regex,
    StringEnd,
    Word,
    ZeroOrMore,
    one_of,
)

from parsers.grammar.common import exact, identifier
from parsers.records import NamedTuple

_SPACE = " \t\n\r\f\v"
_MARKER = re.compile(r"\{\{|\{%")

# What precedes a comment or an unclosed quote: a backslash takes the next character with it, also in quotes.
CODE = re.compile(r'(?:[^"#!\\]++|\\[\s\S]|"(?:[^"\\]++|\\[\s\S])*+"|\\\Z)*+')
# Escaped comment signs outside quotes, of which keepalived drops the backslash.
ESCAPE = re.compile(r'"(?:[^"\\]++|\\[\s\S])*+"|\\(?P<sign>[#!])|\\[\s\S]')
BRACE = re.compile(r'"[^"]*"|(?P<brace>[{}])|(?P<open>")')


class Head(NamedTuple):
    """What a line starts with: its parts by name ("" for one that is missing), and where it ends."""

    parts: dict[str, str]
    end: int


def _head(grammar: ParserElement, text: str) -> Head | None:
    """The head of a line by a grammar that skips nothing."""
    try:
        found = grammar.parse_string(text)
    except ParseException:
        return None
    return Head(found.as_dict(), len("".join(found)))


@cache
def _condition() -> ParserElement:
    """@[^]ID, with the space after it"""
    return exact("@" + Opt("^")("not") + Opt(CharsNotIn(" \t"))("id") + Opt(Word(" \t"))("space"))


@cache
def _placeholder() -> ParserElement:
    """@NAME@ or @@NAME@@ as a whole word: a template's, which would otherwise be a condition"""
    signs = "@" + Opt("@")
    return exact(signs + identifier() + signs + (FollowedBy(Word(_SPACE)) | StringEnd()))


@cache
def _definition() -> ParserElement:
    """$NAME=, with the space after it"""
    return exact("$" + identifier()("name") + "=" + Opt(Word(" \t")))


@cache
def _bad_definition() -> ParserElement:
    """The same with a name that keepalived does not take, or space before the `=`"""
    return exact("$" + CharsNotIn(_SPACE + '=${}"') + Opt(Word(" \t")) + "=")


@cache
def _include() -> ParserElement:
    """Include or include with the letter of its kind, and the space after it"""
    return exact("include" + Opt(one_of("r m w b a"))("variant") + Word(_SPACE))


class NodeCondition(NamedTuple):
    """The `@id ` or `@^id ` that a line starts with; without space after it (`apart`) there is nothing to read."""

    name: str
    negated: bool
    apart: bool
    end: int


class Substitution(NamedTuple):
    """`${NAME}` or `$NAME` in a text, from `start` up to `end`.

    `name` is None when keepalived takes no such name; `inner` is what the braces hold.
    """

    start: int
    end: int
    name: str | None
    braced: bool
    inner: str


def read_condition(text: str) -> NodeCondition:
    """The condition of a line that starts with `@`."""
    head = _head(_condition(), text)
    assert head is not None
    parts = head.parts
    return NodeCondition(parts.get("id", ""), "not" in parts, "space" in parts, head.end)


def placeholder_end(text: str) -> int:
    """Where a placeholder `@NAME@` ends that the line starts with, 0 without one."""
    head = _head(_placeholder(), text)
    return head.end if head is not None else 0


def read_definition(text: str) -> tuple[str, int] | None:
    """The name of a `$NAME=` that the text starts with, and where its value starts."""
    head = _head(_definition(), text) if text.startswith("$") else None
    return (head.parts["name"], head.end) if head is not None else None


def bad_definition_end(text: str) -> int:
    """Where something ends that was meant as `$NAME=`, 0 without one."""
    head = _head(_bad_definition(), text)
    return head.end if head is not None else 0


def read_include(text: str) -> tuple[str, int] | None:
    """The letter after `include` ("" without one) on a line that starts so, and where its pattern starts."""
    head = _head(_include(), text) if text.startswith("include") else None
    return (head.parts.get("variant", ""), head.end) if head is not None else None


@cache
def _references() -> ParserElement:
    """Text with references: ${NAME}, $NAME, and what keepalived may know itself, ${_RANDOM 1 9}"""

    def known(text: str, start: int, parts: ParseResults) -> Substitution:
        return Substitution(start, start + len("".join(parts)), parts[1], parts[0] == "${", parts[1])

    def other(text: str, start: int, parts: ParseResults) -> Substitution:
        return Substitution(start, start + len("".join(parts)), None, True, parts[1])

    braced = ("${" + identifier() + "}").set_parse_action(known)
    bare = ("$" + identifier()).set_parse_action(known)
    anything = ("${" + Opt(CharsNotIn('{}\n"'), "") + "}").set_parse_action(other)
    dollars = Regex(r"\$+(?=\$)") | Literal("$")
    return exact(ZeroOrMore(CharsNotIn("$").suppress() | braced | bare | anything | dollars.suppress()))


def references(text: str) -> list[Substitution]:
    """The references in a text, in order."""
    return _references().parse_string(text).as_list() if "$" in text else []


def markers(text: str) -> Iterator[tuple[int, int]]:
    """Where `{{ ... }}` and `{% ... %}` of template languages are in one line.

    `{%` may be closed on a later line, and then takes the rest of this one; `{{` without `}}` is just braces.
    """
    at = 0
    closed = True
    while (match := _MARKER.search(text, at)) is not None:
        start = match.start()
        braces = match[0] == "{{"
        end = text.find("}}" if braces else "%}", start + 2) if closed or not braces else -1
        if end >= 0:
            at = end + 2
            yield start, at
        elif braces:
            closed = False
            at = start + 2
        else:
            yield start, len(text)
            return
