"""Where haproxy.cfg holds secrets: passwords, tokens, Authorization values. No message may show them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from parsers.grammar.haproxy import PLAIN
from parsers.haproxy.lines import HaproxyLine
from parsers.haproxy.sections import Section
from parsers.source import Source, Span

Place = tuple[int, int]

_SECRET_NAME = re.compile(r"pass|secret|token|key|credential|auth", re.IGNORECASE)
_SECRET_HEADER = re.compile(r"authorization|cookie|token|secret|passw|api-?key|auth", re.IGNORECASE)
_HEADER_IN_WORD = re.compile(r"(?:authorization|x-auth-token|x-api-key|cookie):", re.IGNORECASE)
_HEADER_FETCH = re.compile(
    r"(?:hdr|fhdr|http_auth\w*)\((?:authorization|x-auth-token|x-api-key|cookie)|http_auth_", re.IGNORECASE
)
_SETTERS = frozenset(("set-header", "add-header", "replace-header", "replace-value"))
_LOGIN = re.compile(r"(?:AUTH|PASS|LOGIN|IDENTIFIED)(?:[ \t]|\Z)", re.IGNORECASE)
# Also in comments, where lines are often switched off.
_ANYWHERE = re.compile(
    r"stats[ \t]++auth[ \t]++[^ \t\r\n:]*+:([^ \t\r\n]++)"
    r"|user[ \t]++[^ \t\r\n]++[ \t]++(?:insecure-)?password[ \t]++([^ \t\r\n]++)"
)


def find_secrets(source: Source, sections: Iterable[Section]) -> list[Span]:
    """The secret stretches of a file with these sections, in file order, without overlaps."""
    found: list[tuple[int, int]] = []
    for section in sections:
        if not section.line_count:
            continue
        for keyword in section.index():
            reader = _READERS.get(keyword)
            if reader is None:
                continue
            hint = _HINTS.get(keyword)
            for line in section.find_all(keyword):
                if hint is None or line.kind != PLAIN or hint.search(line.line_text):
                    found += reader(line)
    for match in _ANYWHERE.finditer(source.text):
        found.append(match.span(1 if match[1] is not None else 2))
    return [Span(source, start, end) for start, end in _merged(found)]


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged


def _login(line: HaproxyLine) -> Iterator[Place]:
    """The part after the colon of `stats auth user:password`, however it is quoted."""
    args = line.args
    if len(args) > 1 and args[0].value == "auth":
        word = args[1]
        colon = word.source.text.find(":", word.start, word.end)
        yield (colon + 1 if colon >= 0 else word.start, word.end)


def _userlist(line: HaproxyLine) -> Iterator[Place]:
    for before, word in pairwise(line.args):
        if before.value in ("password", "insecure-password"):
            yield (word.start, word.end)


def _environment(line: HaproxyLine) -> Iterator[Place]:
    args = line.args
    if args and _SECRET_NAME.search(args[0].value):
        for word in args[1:]:
            yield (word.start, word.end)


def _first(line: HaproxyLine) -> Iterator[Place]:
    for word in line.args[:1]:
        yield (word.start, word.end)


def _rule(line: HaproxyLine) -> Iterator[Place]:
    """Values of headers with a telling name, and what such headers are compared with."""
    args = line.args
    secret = 0  # how many of the following words are secret at most
    before = ""
    for word in args:
        value = word.value
        if secret:
            secret = 0 if value in ("if", "unless") else secret - 1
            if secret >= 0 and value not in ("if", "unless") and value[:1] != "-" and before not in ("-m", "-f", "-M"):
                yield (word.start, word.end)
        elif before == "hdr" and _SECRET_HEADER.search(value):
            secret = 1
        elif before in _SETTERS and _SECRET_HEADER.search(value):
            secret = len(args)
        elif _HEADER_IN_WORD.search(value):
            yield (word.start, word.end)
            secret = len(args)
        elif _HEADER_FETCH.search(value):
            secret = len(args)
        before = value


def _tcp_check(line: HaproxyLine) -> Iterator[Place]:
    args = line.args
    if args and args[0].value.startswith("send"):
        for word in args[1:]:
            if _LOGIN.search(word.value) or _HEADER_IN_WORD.search(word.value):
                yield (word.start, word.end)


def _bind(line: HaproxyLine) -> Iterator[Place]:
    args = line.args
    for before, word in pairwise(args):
        if before.value in ("ca-sign-pass", "tcp-md5sig"):
            yield (word.start, word.end)


_RULES = (
    "http-check",
    "option",
    "http-request",
    "http-response",
    "http-after-response",
    "http-error",
    "acl",
    "tcp-request",
)
_READERS: dict[str, Callable[[HaproxyLine], Iterator[Place]]] = {
    "stats": _login,
    "user": _userlist,
    "setenv": _environment,
    "presetenv": _environment,
    "dynamic-cookie-key": _first,
    "tcp-check": _tcp_check,
    "bind": _bind,
    **dict.fromkeys(_RULES, _rule),
}
# Lines without quotes and escapes that do not hold this need not be split at all.
_HINTS = {
    **dict.fromkeys(_RULES, _SECRET_HEADER),
    "bind": re.compile("ca-sign-pass|tcp-md5sig"),
    "stats": re.compile("auth"),
}
