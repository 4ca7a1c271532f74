"""The line grammar of haproxy.cfg: one pyparsing match for each physical line.

The matches tile the text, so joining them returns it. `lastindex` of a match is its class, which
keeps the loop over 100,000 lines free of slicing:

    None      nothing but space and a comment
    SECTION   an unquoted section keyword
    PLAIN     no quote, escape or variable anywhere, and short enough that it cannot have 65 words
    SPECIAL   starts with `.` or `[`
    SOUND     quotes and escapes are complete, no variable, no empty word
    TRICKY    everything else: only the word splitter can tell

For PLAIN and SOUND lines (and SECTION) the group of that number is the first word.
"""

from __future__ import annotations

import re
from typing import cast

from pyparsing import Opt, ParseException, Regex

from parsers.keywords.haproxy import section_keywords

SECTION, PLAIN, SPECIAL, SOUND = 1, 2, 3, 4  # 5: TRICKY, which nothing has to ask for

_WORD = r"[^ \t\v\f\r\n\0\"'\\#]++"
_COMMENT = r"(?:\#[^\n\0]*+)?+"
_END = r"\r?+(?=\n|\Z)"
_HEX = r"x(?!00)[0-9a-fA-F]{2}"

# 126 characters hold at most 63 words of one letter: the 64 that haproxy allows together with the keyword.
LINE = rf"""(?!\Z) (?:\A\ufeff)?+ [ \t\v\f\r]*+
(?: {_COMMENT} {_END}
  | ({"|".join(re.escape(k) for k in sorted(section_keywords()))}) (?=[ \t\v\f\r\n\#]|\Z) [^\n]*+
  | (?![.\[]) ({_WORD}) (?: [ \t\v\f] [^\"'\\\r\n\0\#]{{0,126}}+ )?+ {_COMMENT} {_END}
  | ([.\[]) [^\n]*+
  | ({_WORD}) [ \t\v\f]
    (?: [^\"'\\\r\n\0\#]++
      | \\(?: [^x\r\n\0] | {_HEX} )
      | '[^'\r\n\0]++'(?!')
      | "(?: [^\"\\$\r\n\0]++ | \\(?: [^x\r\n\0] | {_HEX} ) )++"(?!")
    )*+ {_COMMENT} {_END}
  | () [^\n]*+
) \n?+"""


class _Lines(Regex):
    """All matches from here on of an expression that matches everywhere but at the end: a terminal of its own.

    `OneOrMore(Regex(...))` gives the same, at six times the cost: nearly all of it is spent between two matches.
    """

    def parseImplAsMatch(  # noqa: N802 - pyparsing's name
        self, instring: str, loc: int, *_: object
    ) -> tuple[int, list[re.Match[str]]]:
        """Where the last match ends, and the matches."""
        matches = list(self.re.finditer(instring, loc))
        if not matches:
            raise ParseException(instring, loc, self.errmsg, self)
        return matches[-1].end(), matches


_FILE = Opt(_Lines(LINE, flags=re.VERBOSE, as_match=True)).leave_whitespace().parse_with_tabs()


def split_lines(text: str) -> list[re.Match[str]]:
    """One match for each physical line of `text`; together they cover it without gaps."""
    return cast("list[re.Match[str]]", _FILE.parse_string(text).as_list())
