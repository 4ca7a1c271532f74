"""Secrets inside a value that show by their shape: URLs with a login, `token=...`, headers, known kinds of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.secrets.lazy import lazy
from parsers.secrets.names import telling
from parsers.secrets.pieces import Place

SCHEMES = frozenset(("bearer", "basic", "digest", "negotiate", "token", "apikey"))
"""Words in front of a secret that are none."""

# What stands for a value that the file does not hold. One with a quoted default does hold it.
_PLACEHOLDER = lazy(
    r"%\[[^\]'\"]{0,120}+\]|%\{[^}]{0,100}+\}[A-Za-z+]*|\{\{[^}'\"]{0,120}+\}\}|<%=[^%'\"]{0,120}+%>"
    r"|\$\{[A-Za-z_][A-Za-z0-9_]*+(?:\[\*\])?\}|(?<![^\s:=\"'/])\$(?:\([^)]{0,120}+\)|[A-Z_][A-Z0-9_]*+)(?![^\s:&@\"'/])"
    r"|(?<![^\s:=\"'])<[A-Za-z_][A-Za-z0-9_-]*+>(?![^\s:&@\"'])"
)
_SAYS_NOTHING = lazy(r"\W*(?:bearer|basic|digest|negotiate|token|apikey)\W*", re.IGNORECASE)
_NAMED = lazy(r"(?<![\w.-])[A-Za-z_.-]{1,40}=\Z")
_LOGIN = lazy(r"://([^\s'\"?#]++)")
_PORT = lazy(r"[^:/]*(?::\d{1,5})?(?:/|\Z)")
_BLANK_LOGIN = lazy(r"://[^\s:/@]++:(?!\d{1,5}[\s/])([^@'\"?#\n]{1,200})@")
_BARE_LOGIN = lazy(r"(?<![\w./:@+-])([A-Za-z0-9_.+-]++):([^\s:@'\"]{1,120})@(?=[a-z0-9\[])")
_GIVEN = lazy(r"(?<![\w.-])-{0,2}([A-Za-z][\w.-]*+)([\"']?[ \t]*(?:=>|:=|=)[ \t]*|[\"'][ \t]*:[ \t]*)(?!=)")
_HEADER = lazy(r"(?<![\w:!+-])([A-Za-z][\w-]*+):[ \t]*+(?!//)(?=\S)")
_CIPHER = lazy(r"PSK")  # `ECDHE-PSK:...` is a list of ciphers
_HEADER_END = lazy(r"\\[rn]|[\r\n]|\Z")
_QUERY_END = lazy(r"[&#\s\"']|\Z")
_END = lazy(r"[\s\"']|\Z")
_DEFAULT = lazy(r"\$\{([A-Za-z_]\w*+):?-([^}\n]{1,120}+)\}")
_JINJA = lazy(r"\{\{([^}\n]{0,120})\}\}")
_LITERAL = lazy(r"'[^'\n]++'|\"[^\"\n]++\"")
_COMPARED = lazy(r"str(?:n?eq|str)\(([^()]*+)\)")
_SCHEME = lazy(r"\b(?:Bearer|Basic|Digest|ApiKey)[ \t]+(?![a-z]+\b)([A-Za-z0-9+/=._~-]{6,})")
_KNOWN = lazy(
    r"(?<![\w-])eyJ[\w-]{8,}\.[\w.-]+|(?<![\w$])\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|sha1|scrypt|argon2\w*)\$[^\s:'\"]{4,}|\bgh[pousr]_\w{16,}|\bglpat-[\w-]{16,}"
    r"|\bxox[abeprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{16}\b|\b[sr]k_(?:live|test)_\w{8,}|\bhvs\.[\w-]{16,}"
    r"|(?<![\w.])[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.])"
)
_NO_SECRET = ("/", "-", "http", "%[", "{{", "$")
_ORDINARY = lazy(r"[\d.:/-]+[a-z]{0,2}|v?\d[\d.]*|[a-z]+-?\d{1,2}")  # addresses, times, releases, `lb1`
_MARKS = lazy(r"[=@:${]|Bearer|Basic|Digest|ApiKey|gh[pousr]_|glpat-|xox|AKIA|k_live|k_test|hvs|\.|streq|strneq")


def literals(value: str, start: int, end: int) -> Iterator[Place]:
    """A secret stretch of a value without what placeholders of it stand for; nothing if these are all of it."""
    done = start
    for match in _PLACEHOLDER().finditer(value, start, end):
        name = _NAMED().search(value, done, match.start())  # `token=%[...]`
        yield from _literal(value, done, name.start() if name else match.start())
        done = match.end()
    yield from _literal(value, done, end)


def _literal(value: str, start: int, end: int) -> Iterator[Place]:
    words = value[start:end].split()
    if len(words) > 1 and words[0].lower() in SCHEMES:  # `Bearer x`: the word that everybody knows may be seen
        start += value[start:end].index(words[0]) + len(words[0])
        words = words[1:]
    text = value[start:end]
    if any(char.isalnum() for char in text) and not (len(words) == 1 and _SAYS_NOTHING().fullmatch(words[0])):
        yield start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))


def is_scheme(word: str) -> bool:
    """Whether a word, or a pattern, is only the name of a way to log in: `^Bearer`."""
    return word.strip("^$.*+\\ ()").lower() in SCHEMES


def shapes(value: str, *, headers: bool = True) -> Iterator[Place]:
    """The stretches of a value that are secret wherever they stand; without `headers` of a line of several words."""
    if not _MARKS().search(value):
        return
    if "@" in value:
        yield from _logins(value)
    if "=" in value or ":" in value:
        yield from _given(value)
    if headers and ":" in value:
        yield from _headers(value)
    if "${" in value or "{{" in value:
        yield from _defaults(value)
    for match in _KNOWN().finditer(value):
        yield match.span()
    for match in _SCHEME().finditer(value):
        yield match.span(1)
    if "eq(" in value:
        yield from _compared(value)


def _logins(value: str) -> Iterator[Place]:
    """Passwords of URLs, and of `user:password@host`."""
    for match in _LOGIN().finditer(value):
        at = match[1].rfind("@")
        if at < 0 or _PORT().fullmatch(match[1], 0, at) or _PORT().match(match[1][:at] + "\0"):
            continue
        start = match.start(1)
        colon = match[1].find(":", 0, at)
        yield from literals(value, start + colon + 1 if colon >= 0 else start, start + at)
    for match in _BLANK_LOGIN().finditer(value):
        yield from literals(value, *match.span(1))
    for match in _BARE_LOGIN().finditer(value):
        yield from literals(value, *match.span(2))


def _given(value: str) -> Iterator[Place]:
    """`NAME=value` and `"name": "value"`, in a query or as a variable."""
    done = 0
    for match in _GIVEN().finditer(value):
        start = match.end()
        if start < done or not telling(match[1]):
            continue
        quote = value[start : start + 1]
        if quote in ("'", '"'):
            end = value.find(quote, start + 1)
            done = end if end >= 0 else len(value)
            yield from literals(value, start + 1, done)
            continue
        before = value[: match.start()].rstrip("-")[-1:]
        stop = (_QUERY_END() if before in ("?", "&", ";") else _END()).search(value, start)
        done = stop.start() if stop else len(value)
        yield from literals(value, start, done)


def _headers(value: str) -> Iterator[Place]:
    """`Name: value`, up to the end of the header's line."""
    at = 0
    while match := _HEADER().search(value, at):
        at = match.end()
        if telling(match[1]) and not _CIPHER().search(match[1]):
            stop = _HEADER_END().search(value, at)
            at = stop.start() if stop else len(value)
            yield from literals(value, match.end(), at)


def _defaults(value: str) -> Iterator[Place]:
    """What a placeholder is if nobody sets it: `${TOKEN-x}`, `{{ token | default('x') }}`."""
    for match in _DEFAULT().finditer(value):
        if telling(match[1]):
            yield match.span(2)
    for match in _JINJA().finditer(value):
        if any(telling(name) for name in re.findall(r"[A-Za-z_][\w-]*", _LITERAL().sub("", match[1]))):
            yield from (found.span() for found in _LITERAL().finditer(value, match.start(1), match.end(1)))


def _compared(value: str) -> Iterator[Place]:
    """`streq(${TOKEN},x)`: what a variable is compared with."""
    for match in _COMPARED().finditer(value):
        start = match.start(1)
        parts = match[1].split(",")
        names = [telling(part.strip(" \"'${}")) and "$" in part for part in parts]
        for part, name in zip(parts, names, strict=True):
            if any(names) and not name:
                yield start, start + len(part)
            start += len(part) + 1


def looks_secret(word: str) -> bool:
    """Whether a word of a comment looks like a password: figures, signs or capitals among letters; no path."""
    word = word.strip(".,;:()\"'`")
    if len(word) < 4 or word.startswith(_NO_SECRET) or ("'" in word and word.endswith(("'s", "'t"))):
        return False
    letters = any(map(str.isalpha, word))
    if letters and any(map(str.isdigit, word)) and not _ORDINARY().fullmatch(word):
        return True
    signs = any(not char.isalnum() and char not in "-_./:," for char in word)
    capitals = any(map(str.islower, word)) and any(map(str.isupper, word[1:]))
    return len(word) >= 6 and (signs or capitals)
