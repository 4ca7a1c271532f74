"""The expressions of `.if` and `.elif`: a flat token grammar and a stack, so that depth costs nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from pyparsing import Regex, ZeroOrMore

Outcome = Literal[True, False, None]

# Predicates of haproxy 2.6 to 3.5-dev with the number of arguments.
PREDICATES = {
    "defined": 1, "feature": 1, "streq": 2, "strneq": 2, "strstr": 2, "enabled": 1,
    "version_atleast": 1, "version_before": 1, "openssl_version_atleast": 1, "openssl_version_before": 1,
    "ssllib_name_startswith": 1, "awslc_api_atleast": 1, "awslc_api_before": 1, "fips_mode": 0,
}  # fmt: skip

_TOKEN = Regex(
    r"[ \t\v\f]*+(?:([+-]?(?:0[xX][0-9a-fA-F]+|\d+))|([A-Za-z_][A-Za-z0-9_]*+)\(([^()]*+(?:\([^()]*+\)[^()]*+)*+)\)"
    r"|(&&|\|\||[!()]))(?:[ \t\v\f]++(?=\Z))?",
    flags=re.ASCII,
    as_match=True,
)
_TOKENS = ZeroOrMore(_TOKEN).leave_whitespace().parse_with_tabs()


class Condition(NamedTuple):
    """A condition's outcome: true, false, or None when only the running haproxy knows.

    `error` says what is wrong with it, or is ""; `certain` is false when a newer haproxy may know better.
    """

    outcome: Outcome
    error: str = ""
    certain: bool = True


class _SyntaxError(Exception):
    """Carries the message; never leaves this module."""


@lru_cache(512)
def evaluate(text: str) -> Condition:
    """The outcome of an expression whose words were joined with single blanks.

    `&&` binds before `||`. An empty expression is false. Measured with haproxy 2.6.12.
    """
    stripped = text.strip(" \t\v\f")
    if not stripped:
        return Condition(False)
    tokens = cast("list[re.Match[str]]", _TOKENS.parse_string(stripped).as_list())
    end = tokens[-1].end() if tokens else 0
    if end < len(stripped):
        return Condition(None, f"'{_clip(stripped[end:].lstrip())}' is not understood")
    unknown = [t[2] for t in tokens if t[2] and t[2] not in PREDICATES]
    try:
        outcome = _reduce(tokens)
    except _SyntaxError as problem:
        return Condition(None, str(problem))
    if unknown:
        return Condition(None, f"'{_clip(unknown[0])}' is not a predicate of haproxy 2.6 to 3.5", certain=False)
    return Condition(outcome)


def _clip(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _value(token: re.Match[str]) -> Outcome:
    return int(token[1], 0 if "x" in token[1].lower() else 10) != 0 if token[1] else None


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


def _reduce(tokens: list[re.Match[str]]) -> Outcome:
    stack = [_Level()]
    for token in tokens:
        level, sign = stack[-1], token[4]
        if sign is None:
            level.put(_value(token))
        elif sign == "!":
            if not level.operand:
                raise _SyntaxError("'!' stands where an operator is wanted")
            level.negate = not level.negate
        elif sign == "(":
            if not level.operand:
                raise _SyntaxError("'(' stands where an operator is wanted")
            stack.append(_Level())
        elif sign == ")":
            if len(stack) == 1:
                raise _SyntaxError("')' has no '('")
            stack[-2].put(stack.pop().close())
        else:
            if level.operand:
                raise _SyntaxError(f"a term is missing before '{sign}'")
            level.operand = True
            if sign == "||":
                level.operand = False
                level.any_of = level.close()
                level.operand, level.all_of = True, True
    if len(stack) > 1:
        raise _SyntaxError("')' is missing")
    return stack[0].close()
