"""Sample expressions (`hdr(host),lower`) and log formats (`%ci %[src] %{+Q}r`) in haproxy.cfg.

Both grammars are flat: parts in a row, and what could not be read as the rest. They take any text, without recursion.
Places are offsets in the text. Measured with haproxy 2.6.12.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import cast

from pyparsing import CharsNotIn, Combine, Empty, Literal, Opt, ParserElement, ParseResults, Regex, Word, ZeroOrMore

from parsers.grammar.common import DIGITS, LETTERS, exact, rest
from parsers.records import NamedTuple

_LONGEST = 65_536  # characters; longer ones are generated, and reading them would take seconds
_NAME = LETTERS + DIGITS + "_.+-"

# What nearly all files have, read without the grammars, which take ten milliseconds to build.
_USUAL_CALL = r"[A-Za-z0-9_.+-]+(?:\([^'\"\\()]*\))?"
_USUAL = rf"{_USUAL_CALL}(?:,{_USUAL_CALL})*"
_NAME_AND_ARGUMENTS = re.compile(r"([A-Za-z0-9_.+-]+)(?:\(([^'\"\\()]*)\))?")
_USUAL_PART = re.compile(
    rf"(?:[^%]+|%%)|%(?:\{{[^}}]*\}})?\[(?P<sample>{_USUAL})\]"
    r"|%(?P<alias>[A-Za-z][A-Za-z0-9]*)|%\{[^}]*\}(?P<flagged>[A-Za-z0-9]+)"
)

ALIAS, SAMPLE = "alias", "sample"
UNCLOSED_SAMPLE, UNCLOSED_FLAGS = "unclosed sample", "unclosed flags"
ONLY_FLAGS, LONE_PERCENT = "only flags", "lone percent"


class SampleCall(NamedTuple):
    """A fetch or converter: its name, its arguments (None without parentheses), whether they are closed, and where."""

    name: str
    arguments: tuple[str, ...] | None
    closed: bool
    start: int


class SampleExpression(NamedTuple):
    """A fetch and its converters (nothing: there is no fetch), and what follows them: `rest`, from `end` on."""

    calls: tuple[SampleCall, ...]
    rest: str
    end: int


class FormatPart(NamedTuple):
    """One thing of a log format that is not text, from the offset `start` on.

    `kind` is ALIAS, SAMPLE, or what is wrong with it; `text` is an alias or flags without the `%`.
    """

    kind: str
    text: str
    start: int
    expression: SampleExpression | None = None


def _call(_: str, start: int, found: ParseResults) -> SampleCall:
    name, *pieces = found
    if not pieces:
        return SampleCall(name, None, True, start)
    closed = pieces[-1] == ")"
    arguments: list[list[str]] = [[]]
    for piece in pieces[1 : len(pieces) - closed]:
        if piece == ",":
            arguments.append([])
        else:
            arguments[-1].append(piece)
    return SampleCall(name, tuple("".join(pieces) for pieces in arguments), closed, start)


def _expression(found: ParseResults) -> SampleExpression:
    *calls, end, unread = found
    return SampleExpression(tuple(calls), unread, end)


def _calls(end: ParserElement) -> ParserElement:
    """Calls with commas between them, of which there may be too many; then `end`, and the place that was reached."""
    escaped = Regex(r"\\[\s\S]?")
    single = Combine("'" + Opt(CharsNotIn("'")) + Opt("'"))
    double = Combine('"' + ZeroOrMore(escaped | CharsNotIn('"\\')) + Opt('"'))
    arguments = "(" + ZeroOrMore(CharsNotIn("'\"\\(),") | Literal(",") | "(" | single | double | escaped) + Opt(")")
    call = (Word(_NAME) + Opt(arguments)).add_parse_action(_call)
    commas = Word(",").suppress()
    return Opt(call + ZeroOrMore(commas + call) + end) + Empty().add_parse_action(lambda _text, at, _found: at)


@cache
def _word() -> ParserElement:
    return exact((_calls(Opt(Word(",")).suppress()) + rest()).add_parse_action(_expression))


@lru_cache(2048)  # files have the same few again and again
def read_sample(text: str) -> SampleExpression | None:
    """The expression that a word holds; None for a text that is too long to be judged."""
    if len(text) > _LONGEST:
        return None
    return _usual_expression(text, 0, len(text)) if re.fullmatch(_USUAL, text) else parse_sample(text)


def parse_sample(text: str) -> SampleExpression:
    """`read_sample` by the grammar, for every text."""
    return cast("SampleExpression", _word().parse_string(text)[0])


def _usual_expression(text: str, start: int, end: int) -> SampleExpression:
    """The expression in a part of a text that has nothing but names and plain arguments."""
    found = []
    for call in _NAME_AND_ARGUMENTS.finditer(text, start, end):
        arguments = None if call[2] is None else tuple(call[2].split(","))
        found.append(SampleCall(call[1], arguments, True, call.start()))
    return SampleExpression(tuple(found), "", end)


def _part(kind: str, element: ParserElement) -> ParserElement:
    """A part of a log format whose text is all that `element` leaves."""

    def made(_: str, start: int, found: ParseResults) -> FormatPart:
        if isinstance(found[0], SampleExpression):
            return FormatPart(kind, "", start, found[0])
        return FormatPart(kind, "".join(found), start)

    return element.add_parse_action(made)


@cache
def _format() -> ParserElement:
    """Text, and the parts that begin with `%`; a name in parentheses (haproxy 3.0) is left alone."""
    percent = Literal("%").suppress()
    flags = "{" + Opt(CharsNotIn("}")) + "}"
    inner = (_calls(Empty()) + Empty().add_parse_action(lambda: "")).add_parse_action(_expression)
    cut = (_calls(Empty()) + rest()).add_parse_action(_expression)
    alias = percent + (Word(LETTERS, LETTERS + DIGITS) | flags.suppress() + Word(LETTERS + DIGITS))
    begin = percent + Opt(flags).suppress() + Literal("[").suppress()
    text = (CharsNotIn("%") | "%%" | "%(" | Regex(r"%(?![{\[0-9A-Za-z \t]|\Z)")).suppress()
    return exact(
        ZeroOrMore(
            text
            | _part(ALIAS, alias)
            | _part(SAMPLE, begin + inner + Literal("]").suppress())
            | _part(UNCLOSED_SAMPLE, begin + cut)
            | _part(ONLY_FLAGS, percent + flags)
            | _part(UNCLOSED_FLAGS, Literal("%") + "{" + Opt(CharsNotIn("}")))
            | _part(LONE_PERCENT, Literal("%"))
        )
    )


@lru_cache(2048)
def read_format(text: str) -> tuple[FormatPart, ...] | None:
    """The parts of a log format, in order, without its text; None for one that is too long to be judged."""
    if len(text) > _LONGEST:
        return None
    usual = _usual_format(text)
    return parse_format(text) if usual is None else usual


def parse_format(text: str) -> tuple[FormatPart, ...]:
    """`read_format` by the grammar, for every text."""
    return tuple(_format().parse_string(text).as_list())


def _usual_format(text: str) -> tuple[FormatPart, ...] | None:
    """The parts of a log format that has nothing but text, aliases and usual expressions; None for any other."""
    found, at = [], 0
    while at < len(text):
        part = _USUAL_PART.match(text, at)
        if part is None:
            return None
        if part["sample"] is not None:
            found.append(FormatPart(SAMPLE, "", at, _usual_expression(text, *part.span("sample"))))
        elif alias := part["alias"] or part["flagged"]:
            found.append(FormatPart(ALIAS, alias, at))
        at = part.end()
    return tuple(found)
