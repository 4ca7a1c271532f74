"""The grammars of keepalived.conf.

`read_lines` is the grammar of a whole file: one pyparsing `Regex` per physical line, whose named group says
what the line is. `leaf`, `open`, `close` and `blank` lines hold nothing that needs a second look; `other` is
everything else (`$`, `@`, `~`, backslashes, several braces, unbalanced quotes). The remaining expressions are
the pieces from which those other lines are taken apart, in the order the daemon does it.

Only space, tab, vertical tab and form feed are blanks (and a carriage return, which keepalived treats as one).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from pyparsing import ParseException, ParserElement, ParseResults, Regex, ZeroOrMore

_BLANK = r"[ \t\f\v\r]"
_PLAIN = r'[^\s"#!{}$\\\x00]'
_COMMENT = r"(?:[#!][^\n\x00]*+)?"

LINE = (
    rf"(?=[\s\S]){_BLANK}*+(?:"
    rf"(?P<leaf>(?P<keyword>(?![@~\ufeff]){_PLAIN}++)"
    rf'(?:{_BLANK}*+(?:{_PLAIN}++|"[^"\n\r{{$\\\x00]*+"))*+){_BLANK}*+(?P<open>\{{{_BLANK}*+)?{_COMMENT}'
    rf"|(?P<close>\}}){_BLANK}*+{_COMMENT}"
    rf"|(?P<blank>{_COMMENT})"
    r"|(?P<other>[^\n]++)"
    r")(?:\n|\Z)"
)

_MARKER = re.compile(r"\{\{|\{%")

LineAction = Callable[[str, int, ParseResults], "list[object]"]


def read_lines(text: str, action: LineAction) -> int:
    """Call `action(text, offset, tokens)` for every physical line; `tokens[0]` is the line's `re.Match`.

    The matches tile the text. Returns the offset behind the last one, which is the length of the text.
    """
    line = Regex(LINE, flags=re.ASCII, as_match=True).leave_whitespace()
    end = Regex(r"[\s\S]*", as_match=True).leave_whitespace()
    rest: list[int] = []
    line.set_parse_action(action)
    end.set_parse_action(lambda text, offset, tokens: rest.append(offset))
    grammar = (ZeroOrMore(line) + end).leave_whitespace().parse_with_tabs()
    grammar.parse_string(text)
    return rest[0]


def markers(text: str) -> Iterator[tuple[int, int]]:
    """Where `{{ ... }}` and `{% ... %}` of template languages stand in one line.

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


# A word: quoted to the next quote, or up to a blank or a quote. The last alternative is an unclosed quote.
WORD = re.compile(r'"(?P<quoted>[^"]*)"|[^\s"]+|(?P<unclosed>"[^"]*)', re.ASCII)
# The first word of a stretch that starts with neither blank nor quote.
KEYWORD = re.compile(r'[^\s"]+', re.ASCII)

# What precedes a comment or an unclosed quote: a backslash takes the next character with it, also in quotes.
CODE = re.compile(r'(?:[^"#!\\]++|\\[\s\S]|"(?:[^"\\]++|\\[\s\S])*+"|\\\Z)*+')
# Escaped comment signs outside quotes, of which keepalived drops the backslash.
ESCAPE = re.compile(r'"(?:[^"\\]++|\\[\s\S])*+"|\\(?P<sign>[#!])|\\[\s\S]')
# A placeholder @NAME@ at the start of a line, which would otherwise be a condition.
PLACEHOLDER = re.compile(r"@@?[A-Za-z_]\w*@@?(?=\s|\Z)", re.ASCII)

CONDITION = re.compile(r"@(?P<not>\^?)(?P<id>[^ \t]*)(?P<gap>[ \t]*)")
DEFINITION = re.compile(r"\$(?P<name>[A-Za-z_]\w*)=[ \t]*", re.ASCII)
BAD_DEFINITION = re.compile(r"\$(?P<name>[^\s=${}\"]+)[ \t]*=", re.ASCII)
REFERENCE = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<bare>[A-Za-z_]\w*)|\{(?P<other>[^{}\n\"]*)\})", re.ASCII)
INCLUDE = re.compile(r"include(?P<variant>[rmwba]?)(?=\s)[\s]*", re.ASCII)
BRACE = re.compile(r'"[^"]*"|(?P<brace>[{}])|(?P<open>")')

SEQUENCE_HEAD = re.compile(r"~SEQ[^)]*\)")


class Repetition(NamedTuple):
    """The head of a `~SEQ(...)` or `~LST(...)` line.

    `names` are what each repetition defines; `numbers` the one to three numbers of ~SEQ (as strtol reads them), `rows`
    the values of ~LST; `end` is where the repeated text starts.
    """

    names: tuple[str, ...]
    numbers: tuple[int, ...]
    hexadecimal: bool
    rows: tuple[tuple[str, ...], ...]
    end: int


def _token(pattern: str) -> ParserElement:
    return Regex(pattern, flags=re.ASCII, as_match=True).leave_whitespace()


_NUMBER = _token(r",[ \t]*([+-]?(?:0[xX][0-9a-fA-F]+|\d+)?)[ \t]*")
_END = _token(r"\)[ \t]*")
_SEQUENCE = (
    (_token(r"~SEQ(x?)[ \t]*\([ \t]*([^ \t,)]+)[ \t]*") + _NUMBER[1, 3] + _END).leave_whitespace().parse_with_tabs()
)
_VALUES = _token(r"(?:~LST[ \t]*\(|,)[ \t]*(?:\{([^{}]*)\}|([^ \t,{})]*))[ \t]*")
_LIST = (_VALUES[2, 1000] + _END).leave_whitespace().parse_with_tabs()


@lru_cache(256)
def read_sequence(text: str) -> Repetition | None:
    """The head of a `~SEQ` line, None when it is not one."""
    try:
        head, *numbers, end = _SEQUENCE.parse_string(text)
    except ParseException:
        return None
    read = tuple(_strtol(number[1]) for number in numbers)
    return Repetition((head[2],), read, bool(head[1]), (), end.end())


@lru_cache(256)
def read_list(text: str) -> Repetition | None:
    """The head of a `~LST` line, None when it is not one or has more values than names."""
    try:
        *sets, end = _LIST.parse_string(text)
    except ParseException:
        return None
    rows = [
        tuple(part.strip(" \t") for part in found[1].split(",")) if found[1] is not None else (found[2],)
        for found in sets
    ]
    names = rows[0]
    if any(len(row) > len(names) for row in rows):
        return None
    filled = tuple(row + ("",) * (len(names) - len(row)) for row in rows[1:])
    return Repetition(names, (), False, filled, end.end())


def _strtol(text: str) -> int:
    """A number as strtol reads it: hexadecimal, octal or decimal; nothing is 0."""
    digits = text.lstrip("+-")
    if digits[:2] in ("0x", "0X"):
        value = int(digits[:18], 16)
    elif digits.startswith("0"):
        octal = digits[: next((i for i, c in enumerate(digits) if c not in "01234567"), 20)]
        value = int(octal[:20] or "0", 8)
    else:
        value = int(digits[:18] or "0")
    return -value if text.startswith("-") else value


# What follows on the line after one of these is a password or key.
SECRET = re.compile(
    r"(?<![\w-])(?:auth_pass|password)(?![\w-])[ \t]*(?P<value>[^\n]*)"
    r"|^[ \t]*(?:@\S+[ \t]+)?key[ \t]+\S+[ \t]+(?P<key>[^\n]*)",
    re.MULTILINE | re.ASCII,
)
