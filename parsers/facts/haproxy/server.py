"""`server` and `server-template` lines, with what `default-server` and `defaults` add."""

from __future__ import annotations

import re

from parsers.facts.haproxy.options import (
    Option,
    Part,
    as_int,
    as_seconds,
    opposite,
    option_of,
    option_set,
    option_set_of,
)
from parsers.facts.haproxy.server_defaults import ServerDefaults, forget_opposite
from parsers.facts.values import Value
from parsers.grammar.common import IPAddress
from parsers.grammar.haproxy_addresses import Address, read_address
from parsers.haproxy.lines import HaproxyLine
from parsers.source import Span
from parsers.tree import Word

# An address whose port is seen without taking it apart. Nearly all servers have one, and ports are asked for much more
# often than addresses.
_PLAIN = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}:([1-9][0-9]{0,4})\Z")
_MOST = 65535
# Name, address and the rest of a server line that needs no splitting.
_HEAD = re.compile(r"[ \t\v\f]++([^ \t\v\f\r\n#]++)[ \t\v\f]++([^ \t\v\f\r\n#]++)(?:[ \t\v\f]++([^\r\n#]*+))?+")
# Words between the keyword and the first option.
_BEFORE_OPTIONS = {"server": 2, "server-template": 3, "default-server": 0}
_UNREAD = -1


def plain_options(line: HaproxyLine) -> str | None:
    """The text behind the address of a `server` line, or None if it takes splitting to find it."""
    head = line.bare_match(_HEAD)
    return None if head is None else head[3] or ""


def option_words(line: HaproxyLine, keyword: str) -> tuple[str, ...]:
    """The words of the options on a line with one of the keywords `server`, `server-template` and `default-server`."""
    text = plain_options(line) if keyword == "server" else None
    if text is not None:
        return option_set(text).words
    return tuple(word.value for word in line.args[_BEFORE_OPTIONS[keyword] :])


class Server:
    """One server of a proxy.

    `host` is the text of the address without port and brackets, `address` the IP address when it is one,
    `port` None when there is none (or a variable, or an offset: see `port_offset`). `certain` is false when the line
    is conditional or its name or address holds a variable. Options are the own ones, then those of
    `default-server` lines above it, then those of `defaults`; `origin` says which.
    """

    __slots__ = ("_base", "_defaults", "_head", "_own", "_parsed", "_port", "certain", "directive", "template")

    def __init__(self, line: HaproxyLine, defaults: ServerDefaults) -> None:
        self.directive = line
        self.template = line.first_word == "server-template"
        self._defaults = defaults
        self._port: int | None = _UNREAD
        self._parsed: Address | None = None
        self._head: re.Match[str] | tuple[Word | None, Word | None]
        head = line.bare_match(_HEAD) if not self.template else None
        if head is not None:
            self._head = head
            self._base = head.start(3)
            self._own = option_set(head[3] or "")
            self.certain = line.condition is None
        else:
            self._split(line)

    def _split(self, line: HaproxyLine) -> None:
        """The same from the words: quotes, variables, a template, or a line that is too short."""
        args = line.args
        index = 2 if self.template else 1
        rest = args[index + 1 :]
        self._head = (args[0] if args else None, args[index] if len(args) > index else None)
        self._base = rest[0].start if rest else 0
        self._own = option_set_of(rest, self._base)
        self.certain = line.condition is None and not any(word.dynamic for word in args[: index + 1])

    def _text(self, group: int) -> str:
        head = self._head
        if isinstance(head, tuple):
            word = head[group - 1]
            return word.value if word is not None else ""
        return head[group]

    def _word(self, group: int) -> Word | None:
        head = self._head
        if isinstance(head, tuple):
            return head[group - 1]
        return Word(self.directive.source, *head.span(group), head[group])

    @property
    def name(self) -> Value[str]:
        """The server's name (the prefix of a template)."""
        word = self._word(1)
        if word is None:
            return Value(None, "", self.directive.span, self.directive, self.certain)
        certain = self.directive.condition is None and not word.dynamic
        return Value(None if word.dynamic else word.value, word.value, word.span, self.directive, certain)

    @property
    def name_text(self) -> str:
        """The name as written, "" without one."""
        return self._text(1)

    @property
    def name_word(self) -> Word | None:
        """The word with the name, or None when the line ends before it."""
        return self._word(1)

    @property
    def address_text(self) -> str:
        """Host and port as written, "" without them."""
        return self._text(2)

    @property
    def address_word(self) -> Word | None:
        """The word with host and port, or None when the line ends before it."""
        return self._word(2)

    @property
    def option_words(self) -> tuple[str, ...]:
        """The words after the address."""
        return self._own.words

    @property
    def parsed(self) -> Address:
        """The address in parts."""
        if self._parsed is None:
            self._parsed = read_address(self._text(2))
        return self._parsed

    @property
    def host(self) -> Value[str]:
        """The address without port and brackets; None for a socket path and the like."""
        word = self._word(2)
        span = word.span if word else self.directive.span
        raw = word.value if word else ""
        return Value(self.parsed.host if word else None, raw, span, self.directive, self.certain)

    @property
    def address(self) -> IPAddress | None:
        """The IP address, or None for a name."""
        return self.parsed.ip if self.certain else None

    @property
    def port(self) -> int | None:
        """The port, or None without one."""
        if self._port == _UNREAD:
            plain = _PLAIN.match(self._text(2)) if self.certain and self._parsed is None else None
            if plain is not None and int(plain[1]) <= _MOST:
                self._port = int(plain[1])
            else:
                self._port = self.parsed.port_start if self.certain else None
        return self._port

    @property
    def port_offset(self) -> int | None:
        """N of `:+N` or `:-N`: added to the port the client used."""
        return self.parsed.offset

    @property
    def address_span(self) -> Span:
        """The address word, or the whole line when there is none."""
        word = self.address_word
        return word.span if word else self.directive.span

    @property
    def span(self) -> Span:
        """The whole line."""
        return self.directive.span

    @property
    def options_certain(self) -> bool:
        """False when a placeholder may stand for any option, here or in `default-server`."""
        return self._defaults.certain and not self._own.unclear

    def option(self, name: str) -> Option | None:
        """The option that counts for this server, or None."""
        own = self._own.last
        if name not in own:
            return self._defaults.options.get(name)
        part = own[name]
        return self._option(part) if part is not None else None

    def _option(self, part: Part) -> Option:
        return option_of(self.directive, part, self._base)

    @property
    def own_options(self) -> dict[str, Option]:
        """The options on the line itself, without those that a later word takes back."""
        own: dict[str, Option] = {}
        for option in self.all_options:
            forget_opposite(own, option.name)
            own[option.name] = option
        return own

    @property
    def all_options(self) -> list[Option]:
        """The options of the line in order, repeated ones included."""
        return [self._option(part) for part in self._own.parts]

    @property
    def options(self) -> dict[str, Option]:
        """All options that count: own ones first, then the inherited ones."""
        merged = self.own_options
        own = set(merged)
        for name, option in self._defaults.options.items():
            if name not in own and opposite(name) not in own:
                merged[name] = option
        return merged

    def flag(self, name: str) -> bool | None:
        """Whether a flag is on; None when a placeholder or a condition may have set it."""
        own = self._own.last
        part = own.get(name)
        if part is not None:
            return True if self.directive.condition is None else None
        if not self.options_certain:
            return None
        if name in own:
            return False
        option = self._defaults.options.get(name)
        return False if option is None else True if option.certain else None

    @property
    def check(self) -> bool | None:
        """Whether the health check is on (`check`, own or by default); None when that cannot be known."""
        return self.flag("check")

    @property
    def check_ssl(self) -> bool | None:
        """Whether `check-ssl` is set."""
        return self.flag("check-ssl")

    @property
    def ssl(self) -> bool | None:
        """Whether `ssl` is set: traffic and checks are encrypted."""
        return self.flag("ssl")

    @property
    def backup(self) -> bool | None:
        """Whether it is a backup server."""
        return self.flag("backup")

    @property
    def disabled(self) -> bool | None:
        """Whether it starts disabled."""
        return self.flag("disabled")

    @property
    def maxconn(self) -> Value[int] | None:
        """`maxconn`; 0 is unlimited, as without it."""
        return as_int(self.option("maxconn"))

    @property
    def weight(self) -> Value[int] | None:
        """`weight`, 0 to 256; 1 without it."""
        return as_int(self.option("weight"))

    @property
    def inter(self) -> Value[float] | None:
        """`inter` in seconds; 2 without it."""
        return as_seconds(self.option("inter"))

    @property
    def rise(self) -> Value[int] | None:
        """`rise`; 2 without it."""
        return as_int(self.option("rise"))

    @property
    def fall(self) -> Value[int] | None:
        """`fall`; 3 without it."""
        return as_int(self.option("fall"))

    @property
    def track(self) -> Option | None:
        """`track`: the state follows another server's check."""
        return self.option("track")

    def __repr__(self) -> str:
        return f"Server({self.name.raw!r}, {self.address_word.value if self.address_word else ''!r})"
