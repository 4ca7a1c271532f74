"""The secrets of one line, found by its words: what keywords and names say, whatever the daemon makes of the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from parsers.secrets.commands import command_places, is_command
from parsers.secrets.lazy import lazy
from parsers.secrets.names import BODIES, CHECKS, NEXT, REST, SENDERS, SETTERS, meant, telling
from parsers.secrets.pieces import Piece, Place, within
from parsers.secrets.samples import constants_in, is_telling_fetch, keys_in
from parsers.secrets.shapes import is_scheme, literals, shapes

Known = Callable[[str], bool]
"""Whether a word is a keyword, option or action of the format, in any place."""

_STOPS = frozenset(("if", "unless", "{", "!{", "}", "||", "or"))
_SETTER_CALL = lazy(r"[a-z]+(?:-[a-z]+)+\((?:[a-z]+\.)?([\w.-]+)[^)]*\)\Z")
_OPEN_HEADER = lazy(r"(?<![\w-])([A-Za-z][\w-]*+):[ \t]*(\w*)[ \t]*\Z")
_LOGIN_LINE = lazy(r"(?:\A|\s)(?:AUTH|PASS|LOGIN|IDENTIFIED|USER)[ \t]+(?=\S)")
_COMPOUND = lazy(r"[A-Za-z]+[-_][A-Za-z]|(?:Proxy-)?Authorization|Cookie")
_HEX = lazy(r"(?:[0-9a-fA-F]{2}){8,}\Z")
_HEADER_NAME = lazy(r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*\Z")
_OF_CHECKS = frozenset(("user", "username", "post-41", "pre-41", "HELO", "EHLO", "LHLO"))
_NAMING = frozenset(("cookie", "track", "resolvers", "namespace", "name", "id", "proto", "user", "group", "interface"))
"""Options of `server` and `bind` with a name of the user's choice."""
_STATS = frozenset(
    (
        *("admin", "enable", "hide-version", "http-request", "maxconn", "realm", "refresh", "scope", "show-desc"),
        *("show-legends", "show-modules", "show-node", "socket", "timeout", "uri", "bind-process"),
    )
)
# Values that are no secret where nothing else is known of a line: addresses, ports, times, paths, options.
_HARMLESS = lazy(
    r"\d{1,5}\Z|[\d.]+(?:/\d+)?(?::\d+)?\Z|\d+(?:us|ms|s|m|h|d)\Z|\[?[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:]*\]?(?::\d+)?"
    r"(?:/\d+)?\Z|/(?:[a-z0-9_.-]+/)*[a-z0-9_.-]+\Z|-|[^\w]{0,3}\Z|(?:PASS|AH|check|src|true|false|yes|no|on|off)\Z"
)


def line_places(words: Sequence[Piece], known: Known, *, prose: bool = False) -> Iterator[Place]:
    """The secret stretches of a statement with these words; `prose`: of a sentence, or of another language.

    In prose, words like `password` and `if` are only words.
    """
    for word in words:
        yield from word_places(word)
    if any(is_command(word.value) for word in words):
        yield from command_places(words)
    yield from _Statement(words, known, prose).places()


def word_places(word: Piece, depth: int = 0) -> Iterator[Place]:
    """The secret stretches that a word shows by itself; of a quoted command, those of its words."""
    value = word.value
    yield from (word.at(*place) for place in (*shapes(value), *keys_in(value)))
    if depth < 2 and " " in value and not value.startswith("%["):
        parts = within(word)
        if len(parts) > 1:
            for part in parts:
                yield from word_places(part, depth + 1)
            if any(is_command(part.value) for part in parts):
                yield from command_places(parts)


def value_places(word: Piece) -> Iterator[Place]:
    """A word that is secret: all of it, but for placeholders and expressions."""
    value = word.value
    if word.exact < 0 and value:
        yield word.place
    for place in (*literals(value, 0, len(value)), *(constants_in(value) if "%[" in value else ())):
        yield word.at(*place)


class _Statement:
    """The words of a statement, gone through once: `rule` says what the next words are."""

    def __init__(self, words: Sequence[Piece], known: Known, prose: bool) -> None:
        self.words = words
        self.prose = prose
        self.known = known
        first = words[0].value if words else ""
        if first in ("no", "default") and len(words) > 1:
            first = words[1].value
        self.first = first
        self.meant = meant(first)
        self.understood = prose or known(first)
        self.braces = False
        self.sends = False
        self.rule: Callable[[Piece, int], Iterator[Place]] | None = None

    def places(self) -> Iterator[Place]:
        for index, word in enumerate(self.words):
            value = word.value
            if value in _STOPS and index:
                self.rule = None
                self.braces = value in ("{", "!{") or (self.braces and value != "}")
                continue
            if self.rule is not None:
                yield from self.rule(word, index)
            else:
                self.rule = self._after(index, value)
                yield from self._alone(index, word)
            self.sends = self.sends or value in SENDERS or meant(value) == "http-check"

    # -- what a word says about those after it

    def _after(self, index: int, value: str) -> Callable[[Piece, int], Iterator[Place]] | None:
        before = self.words[index - 1].value if index else ""
        if self.prose and not _COMPOUND().match(value):
            return None
        keyword = meant(value)
        if keyword in REST:
            return self._rest
        if keyword in NEXT or (keyword in BODIES and self.sends):
            return self._next
        if keyword in CHECKS and (index or not self.understood):
            return self._login
        if self._is_auth(index, value):
            return self._user
        header = _OPEN_HEADER().search(value)
        if header and telling(header[1]) and (not header[2] or is_scheme(header[2])):
            return self._rest
        call = _SETTER_CALL().match(value)
        if call and telling(call[1].rpartition(".")[2]):
            return self._expression
        if is_telling_fetch(value) and (self.braces or self.first == "acl" or not self.understood):
            return self._pattern
        if value.strip() in ("AUTH", "PASS", "LOGIN") and (self.meant == "tcp-check" or not self.understood):
            return self._next
        return self._after_name(index, value, before)

    def _after_name(self, index: int, value: str, before: str) -> Callable[[Piece, int], Iterator[Place]] | None:
        """A name of a header, variable or option that says that what follows is secret."""
        setter = meant(before)
        name = value.split("=", 1)[0]
        if setter in SETTERS and telling(name):
            return {"hdr": self._next, "name": self._named, "set-cookie": None}.get(setter, self._rest)
        if index == 0 and self.understood:
            return None
        if not telling(value) or self.known(value):
            return None
        if not self.understood:
            return self._doubtful
        if self.first.startswith(("http-", "tcp-")) or self.meant == "http-check":
            likely = index > 1 and _HEADER_NAME().match(value) and ("-" in value or value[:1].isupper())
            return self._rest if likely and not self.known(before) else None
        option = index > (2 if self.first == "server" else 1) and before not in _NAMING
        return self._next if option and self.first in ("server", "bind", "default-server", "peer") else None

    def _is_auth(self, index: int, value: str) -> bool:
        """`stats auth`, also where one of the words is misspelled."""
        if index + 1 >= len(self.words):
            return False
        follows = ":" in self.words[index + 1].value
        if self.first == "stats":
            return index == 1 and (value == "auth" or (follows and value not in _STATS))
        return value == "auth" and follows and not self.understood

    # -- what words are

    def _alone(self, index: int, word: Piece) -> Iterator[Place]:
        """A word that says by itself what of it is secret."""
        value = word.value
        if self._sends_bytes() and (match := _LOGIN_LINE().search(value)):
            yield word.at(match.end(), len(value.rstrip()))
        elif _HEX().match(value) and self._sends_bytes():
            data = bytes.fromhex(value)
            if b"AUTH" in data.upper() or b"PASS" in data.upper():
                yield word.place
        if index and "=" in value and meant(self.words[index - 1].value) == "set-cookie":
            yield word.at(value.index("=") + 1, len(value))

    def _sends_bytes(self) -> bool:
        """Whether it is a check that sends bytes."""
        return self.meant == "tcp-check" or not self.understood

    def _next(self, word: Piece, index: int) -> Iterator[Place]:
        self.rule = None
        yield from value_places(word)

    def _rest(self, word: Piece, index: int) -> Iterator[Place]:
        if not is_scheme(word.value):
            yield from value_places(word)

    def _named(self, word: Piece, index: int) -> Iterator[Place]:
        """`name X value V` of `http-check expect hdr`, with `-m METHOD` before the value or without."""
        before = [other.value for other in self.words[index - 3 : index]]
        if word.value != "-m" and "value" in (before[-1], before[0] if before[1:2] == ["-m"] else ""):
            yield from value_places(word)

    def _login(self, word: Piece, index: int) -> Iterator[Place]:
        if word.value not in _OF_CHECKS:
            yield from value_places(word)

    def _user(self, word: Piece, index: int) -> Iterator[Place]:
        """The part of `user:password` after the colon; all if there is none."""
        self.rule = None
        colon = word.value.find(":")
        if colon == len(word.value) - 1:
            self.rule = self._rest
        elif colon < 0:
            yield from value_places(word)
        elif word.exact < 0:
            yield word.after(":")
        else:
            yield from (word.at(*place) for place in literals(word.value, colon + 1, len(word.value)))

    def _expression(self, word: Piece, index: int) -> Iterator[Place]:
        value = word.value
        if "(" in value and "%[" not in value:
            yield from (word.at(*place) for place in constants_in(value))
        elif "%" in value or " " in value or not re.fullmatch(r"[a-z_.]+", value):
            yield from value_places(word)

    def _pattern(self, word: Piece, index: int) -> Iterator[Place]:
        before = self.words[index - 1].value
        if word.value[:1] == "-" or before in ("-m", "-f", "-M") or is_scheme(word.value):
            return
        yield from value_places(word)

    def _doubtful(self, word: Piece, index: int) -> Iterator[Place]:
        """After a telling name on a line that is not understood: what can be a secret."""
        if not _HARMLESS().match(word.value) and not is_scheme(word.value) and not is_telling_fetch(word.value):
            yield from value_places(word)
