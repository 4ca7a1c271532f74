"""The grammars of keepalived.conf.

`read_lines` is the grammar of a whole file: one pyparsing `Regex` per physical line, whose named group says
what the line is. `leaf`, `open`, `close` and `blank` lines hold nothing that needs a second look; `other` is
everything else (`$`, `@`, `~`, backslashes, several braces, unbalanced quotes) and is taken apart with the
expressions of keepalived_steps and keepalived_repeat, which most files never need.

Only space, tab, vertical tab and form feed are space (and a carriage return, which keepalived treats as one).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from threading import local

from pyparsing import ParserElement, ParseResults, Regex, ZeroOrMore

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

Tokens = ParseResults
LineAction = Callable[[str, int, Tokens], "list[object]"]


def read_lines(text: str, action: LineAction) -> int:
    """Call `action(text, offset, tokens)` for every physical line; `tokens[0]` is the line's `re.Match`.

    The matches tile the text. Returns the offset after the last one, which is the length of the text.
    """
    outer = getattr(_current, "action", None)
    _current.action = action
    try:
        _grammar().parse_string(text)
        rest: int = _current.rest
        return rest
    finally:
        _current.action = outer  # of the file that includes this one


_current = local()


@cache  # a grammar for each file would be garbage that only the collector can remove
def _grammar() -> ParserElement:
    line = Regex(LINE, flags=re.ASCII, as_match=True).leave_whitespace()
    end = Regex(r"[\s\S]*", as_match=True).leave_whitespace()

    def read(text: str, offset: int, tokens: Tokens) -> list[object]:
        found: list[object] = _current.action(text, offset, tokens)
        return found

    def stop(_text: str, offset: int, _tokens: Tokens) -> None:
        _current.rest = offset

    line.set_parse_action(read)
    end.set_parse_action(stop)
    return (ZeroOrMore(line) + end).leave_whitespace().parse_with_tabs()


# A word: quoted to the next quote, or up to a space or a quote. The last alternative is an unclosed quote.
WORD = re.compile(r'"(?P<quoted>[^"]*)"|[^\s"]+|(?P<unclosed>"[^"]*)', re.ASCII)
# The first word of a stretch that starts with neither space nor quote.
KEYWORD = re.compile(r'[^\s"]+', re.ASCII)

# What follows on the line after one of these is a password or key.
SECRET = re.compile(
    r"(?<![\w-])(?:auth_pass|password)(?![\w-])[ \t]*(?P<value>[^\n]*)"
    r"|^[ \t]*(?:@\S+[ \t]+)?key[ \t]+\S+[ \t]+(?P<key>[^\n]*)",
    re.MULTILINE | re.ASCII,
)
