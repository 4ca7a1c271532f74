"""The secrets of a whole text, line by line; comments begin with the marks that its format has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from parsers.secrets.comments import comment_places
from parsers.secrets.lines import Known, line_places
from parsers.secrets.names import NEXT, REST, meant, telling
from parsers.secrets.pieces import Place, pieces
from parsers.secrets.shapes import shapes

_LINE = re.compile(r"[^\n]++")
# A line with none of these holds no secret that anything marks; keywords have parts that stay when one letter is wrong.
HINTS = (
    *("pas", "pw", "sec", "tok", "key", "cred", "cook", "ses", "auth", "mac", "jwt", "bearer", "psk", "sid", "otp"),
    *("sig", "comm", "@", "=", "$", "eq(", "eyj", "gh", "glpat", "xox", "akia", "k_live", "k_test", "hvs.", " -", "\\"),
    *(
        "bod",
        "ody",
        "bdy",
        "bo y",
        "stat",
        "tats",
        "sat",
        "sq",
        "smt",
        "smp",
        "mtp",
        "snmp",
        "ldap",
        "login",
        "ident",
        "crypt",
        "gcm",
        "cbc",
    ),
    *(
        "verify",
        "binary",
        "md5",
        "cluster-",
        "account-",
        "eab-",
        "anon",
        "acme",
        "word",
        "sword",
        "atuh",
        "uath",
        "ath",
    ),
    *("basic", "digest", "{{", "{%", "hdr", "token", "stst", "kye"),
)
_GLUED = re.compile(r"\S+")
_TEMPLATE = ("{%", "{{", "<%", "${")


def text_places(text: str, known: Known, marks: str = "#") -> Iterator[Place]:
    """The secret stretches of the lines of a text, in no order; a line that ends in a backslash goes on in the next."""
    first = -1  # where the lines begin that go on
    for match in _LINE.finditer(text):
        start, end = match.span()
        line = match[0]
        lower = line.lower()
        if first < 0 and not any(hint in lower for hint in HINTS):
            continue
        comment = _comment(line, marks)
        stop = end
        if comment >= 0:
            yield from comment_places(text, start + comment, end, known)
            # A mark in the middle of a word may be meant as a part of a password.
            glued = _GLUED.match(text, start + comment, end) if comment and line[comment - 1] not in " \t" else None
            stop = glued.end() if glued else start + comment
            if _wants_value(text, start, stop):
                stop = end
        yield from statement_places(text, start, stop, known)
        goes_on = comment < 0 and line.rstrip().endswith("\\")
        if first >= 0 and not goes_on:
            yield from statement_places(text, first, stop, known)
        first = (start if first < 0 else first) if goes_on else -1
    if first >= 0:
        yield from statement_places(text, first, len(text), known)


def _wants_value(text: str, start: int, end: int) -> bool:
    """Whether a statement ends in front of a secret, so that what looks like a comment may be one."""
    words = text[start:end].split()
    last = words[-1] if words else ""
    return meant(last) in NEXT or meant(last) in REST or last.endswith(":") or (len(words) > 1 and telling(last))


def statement_places(text: str, start: int, end: int, known: Known) -> Iterator[Place]:
    """The secret stretches of a statement that stands at this place of a text."""
    words = pieces(text, start, end)
    if words:
        yield from line_places(words, known)
        if any(mark in text[start:end] for mark in _TEMPLATE):
            yield from ((start + at, start + stop) for at, stop in shapes(text[start:end], headers=False))


def _comment(line: str, marks: str) -> int:
    """Where the comment of a line begins, -1 without one; a mark inside quotes is none."""
    quote, skip = "", False
    if not any(mark in line for mark in marks):
        return -1
    for at, char in enumerate(line):
        if skip:
            skip = False
        elif char == "\\":
            skip = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in marks and (at == 0 or line[at - 1] != "{"):
            return at
    return -1


def merged(places: Iterable[Place]) -> list[Place]:
    """The places in order, without overlaps."""
    found: list[Place] = []
    for start, end in sorted(places):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return found
