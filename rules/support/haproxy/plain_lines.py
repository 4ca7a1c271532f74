"""Reading server lines without parsing them: they are most of a long file, and most of them are plain."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_SPACES = r"[ \t\v\f]"
# Everything but quotes, escapes, variables, placeholders and comments, which change what the words are.
_WORD = r"[^ \t\v\f\r\n\"'\\#$<{@]"

# Groups: the name, the address, the address's port (None without one), the options.
plain_server = re.compile(
    rf"{_SPACES}*+server{_SPACES}++({_WORD}++){_SPACES}++((?:{_WORD}*:([0-9]{{1,5}}))(?=[ \t\v\f\r\n]|\Z)|{_WORD}++)"
    rf"([^\r\n\"'\\#$<{{@]*+)\r?\n?\Z"
).match


def plain_port(text: str) -> int | None:
    """The port of a plain server line; None when it has none, or is not plain."""
    found = plain_server(text)
    return int(found[3]) if found is not None and found[3] else None


@lru_cache(8)
def plain_tail(keyword: str, words: int) -> re.Pattern[str]:
    """Matches a plain line with this keyword; group 1 is what follows the first `words` words after it."""
    return re.compile(rf"{_SPACES}*+{keyword}(?:{_SPACES}++{_WORD}++){{{words}}}([^\r\n\"'\\#$<{{@]*+)\r?\n?\Z")


def words_of(text: str) -> list[str]:
    """The words of a plain stretch of text."""
    return re.findall(r"[^ \t\v\f]++", text)


@lru_cache(1)
def ipv4() -> Callable[[str, int, int], re.Match[str] | None]:
    """Matches a stretch of text that is an IPv4 address without leading zeros."""
    return re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}").match
