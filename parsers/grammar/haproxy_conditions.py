"""The expressions of `.if` and `.elif`.

The grammar reads the parts, and a stack puts them together: a recursive grammar would end at 55 parentheses.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from pyparsing import CharsNotIn, Combine, Opt, ParserElement, Word, ZeroOrMore, one_of

from parsers.grammar.common import DIGITS, exact, identifier, rest
from parsers.records import NamedTuple

Outcome = Literal[True, False, None]

# Predicates of haproxy 2.6 to 3.5-dev with the number of arguments.
PREDICATES = {
    "defined": 1, "feature": 1, "streq": 2, "strneq": 2, "strstr": 2, "enabled": 1,
    "version_atleast": 1, "version_before": 1, "openssl_version_atleast": 1, "openssl_version_before": 1,
    "ssllib_name_startswith": 1, "awslc_api_atleast": 1, "awslc_api_before": 1, "fips_mode": 0,
}  # fmt: skip


_LONGEST = 10_000  # longer ones are not written by hand, and reading them would take seconds


class _Number(NamedTuple):
    value: bool


class _Call(NamedTuple):
    predicate: str


_Token = _Number | _Call | str  # a str is an operator


@cache
def _grammar() -> ParserElement:
    """Numbers, calls of predicates and operators, with space between them; then what cannot be read."""
    space = Opt(Word(" \t\v\f")).suppress()
    hexadecimal = Combine(one_of("0x 0X") + Word(DIGITS + "abcdefABCDEF"))
    number = Opt(one_of("+ -")).suppress() + (hexadecimal | Word(DIGITS))
    inner = "(" + Opt(CharsNotIn("()")) + ")"
    call = identifier() + ("(" + ZeroOrMore(CharsNotIn("()") | inner) + ")").suppress()
    number.add_parse_action(lambda found: _Number(int(found[0], 16 if found[0][1:2] in ("x", "X") else 10) != 0))
    call.add_parse_action(lambda found: _Call(found[0]))
    return exact(ZeroOrMore(space + (one_of("&& || ! ( )") | number | call)) + space + rest())


class Condition(NamedTuple):
    """A condition's outcome: true, false, or None when only the running haproxy knows.

    `error` says what is wrong with it, or is ""; `certain` is false when a newer haproxy may know better.
    """

    outcome: Outcome
    error: str = ""
    certain: bool = True


class _SyntaxError(Exception):
    """Carries the message; never leaves this module."""


def evaluate(text: str) -> Condition:
    """The outcome of an expression whose words were joined with single spaces.

    `&&` binds before `||`. An empty expression is false, and an endless one is left open. Measured with haproxy 2.6.12.
    """
    stripped = text.strip(" \t\v\f")
    if not stripped:
        return Condition(False)
    if len(stripped) > _LONGEST:
        return Condition(None, certain=False)
    tokens: list[_Token]
    *tokens, unread = _grammar().parse_string(stripped)
    if unread:
        return Condition(None, f"'{_clip(unread)}' is not understood")
    unknown = [token.predicate for token in tokens if isinstance(token, _Call) and token.predicate not in PREDICATES]
    try:
        outcome = _reduce(tokens)
    except _SyntaxError as problem:
        return Condition(None, str(problem))
    if unknown:
        return Condition(None, f"haproxy 2.6 to 3.5 has no predicate '{_clip(unknown[0])}'", certain=False)
    return Condition(outcome)


def _clip(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


class _Level:
    """One pair of parentheses: the alternatives so far, the terms so far, and whether `!` is pending."""

    __slots__ = ("all_of", "any_of", "negate", "operand")

    def __init__(self) -> None:
        self.any_of: Outcome = False
        self.all_of: Outcome = True
        self.negate = False
        self.operand = True  # an operand is expected next

    def put(self, value: Outcome) -> None:
        if not self.operand:
            raise _SyntaxError("an operator ('&&' or '||') is missing between two terms")
        if self.negate and value is not None:
            value = not value
        self.negate, self.operand = False, False
        if self.all_of is not False:
            self.all_of = value if value is not True else self.all_of

    def close(self) -> Outcome:
        if self.operand:
            raise _SyntaxError("a term is missing")
        if self.any_of is True or self.all_of is True:
            return True
        return None if self.any_of is None or self.all_of is None else False


def _reduce(tokens: list[_Token]) -> Outcome:
    stack = [_Level()]
    for item in tokens:
        level = stack[-1]
        if not isinstance(item, str):
            level.put(item.value if isinstance(item, _Number) else None)
        elif item == "!":
            if not level.operand:
                raise _SyntaxError("expected an operator before '!'")
            level.negate = not level.negate
        elif item == "(":
            if not level.operand:
                raise _SyntaxError("expected an operator before '('")
            stack.append(_Level())
        elif item == ")":
            if len(stack) == 1:
                raise _SyntaxError("')' has no '('")
            stack[-2].put(stack.pop().close())
        else:
            if level.operand:
                raise _SyntaxError(f"a term is missing before '{item}'")
            level.operand = True
            if item == "||":
                level.operand = False
                level.any_of = level.close()
                level.operand, level.all_of = True, True
    if len(stack) > 1:
        raise _SyntaxError("')' is missing")
    return stack[0].close()
