"""Sample expressions (`hdr(host),lower`) and log formats (`%ci %[src] %{+Q}r`) in haproxy.cfg.

Both grammars are flat: parts in a row, and what could not be read as the rest. They take any text, without recursion.
Places are offsets in the text. Measured with haproxy 2.6.12.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple, cast

from pyparsing import CharsNotIn, Combine, Empty, Literal, Opt, ParserElement, ParseResults, Regex, Word, ZeroOrMore

from parsers.grammar.common import DIGITS, LETTERS, exact, rest

_LONGEST = 65_536  # characters; longer ones are generated, and reading them would take seconds
_NAME = LETTERS + DIGITS + "_.+-"

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
    return cast("SampleExpression", _word().parse_string(text)[0]) if len(text) <= _LONGEST else None


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
    return tuple(_format().parse_string(text).as_list()) if len(text) <= _LONGEST else None
