"""`bind` lines: the addresses a proxy listens on."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.facts.haproxy.options import Option, option_of, options_of, parts_of_words
from parsers.grammar.common import IPAddress
from parsers.grammar.haproxy_addresses import Address, read_address
from parsers.haproxy.lines import HaproxyLine
from parsers.records import cached_property
from parsers.source import Span
from parsers.tree import Word


class BindAddress:
    """One address of a `bind` line (they are separated by commas).

    `host` is "" or "*" for every address, None for a socket path and the like. An address with a variable that
    haproxy would expand itself (`bind $VIP:6443`) is not `certain`.
    """

    __slots__ = ("certain", "parsed", "raw", "span")

    def __init__(self, raw: str, span: Span, certain: bool) -> None:
        self.raw = raw
        self.span = span
        self.certain = certain
        self.parsed: Address = read_address(raw)

    @property
    def host(self) -> str | None:
        """The text without port and brackets."""
        return self.parsed.host

    @property
    def address(self) -> IPAddress | None:
        """The IP address, or None for a name, any address, or an uncertain one."""
        return self.parsed.ip if self.certain else None

    @property
    def port_start(self) -> int | None:
        """The first port of the range."""
        return self.parsed.port_start if self.certain else None

    @property
    def port_end(self) -> int | None:
        """The last port of the range; equal to the first when there is only one."""
        return self.parsed.port_end if self.certain else None

    @property
    def family(self) -> int | None:
        """4, 6 or None."""
        return self.parsed.family if self.certain else None

    @property
    def kind(self) -> str:
        """`ip`, `unix`, `abns`, `fd`, ..."""
        return self.parsed.kind

    @property
    def is_wildcard(self) -> bool:
        """Whether it stands for every address of the machine."""
        return self.certain and self.parsed.is_wildcard

    def covers_port(self, port: int) -> bool:
        """Whether the port lies in the range."""
        first, last = self.port_start, self.port_end
        return first is not None and last is not None and first <= port <= last

    def __repr__(self) -> str:
        return f"BindAddress({self.raw!r})"


class Bind:
    """One `bind` line."""

    __slots__ = ("__dict__", "certain", "directive")

    def __init__(self, line: HaproxyLine) -> None:
        self.directive = line
        words = self._words()
        self.certain = line.condition is None and not (words and words[0].dynamic)

    def _words(self) -> Sequence[Word]:
        """The address and the options."""
        return self.directive.args

    @property
    def span(self) -> Span:
        """The whole line."""
        return self.directive.span

    @cached_property
    def addresses(self) -> list[BindAddress]:
        """The addresses in order; empty when the line has none."""
        args = self._words()
        if not args:
            return []
        word = args[0]
        source, raw = word.source, word.value
        plain = source.text[word.start : word.end] == raw
        addresses = []
        at = word.start
        for piece in raw.split(","):
            span = Span(source, at, at + len(piece)) if plain else word.span
            certain = self.certain and "$" not in piece
            addresses.append(BindAddress(piece, span, certain))
            at += len(piece) + 1
        return addresses

    @cached_property
    def options(self) -> dict[str, Option]:
        """The options by name."""
        words = self._words()[1:]
        base = words[0].start if words else 0
        return options_of(self.directive, parts_of_words(words, base, server=False), base)

    @property
    def all_options(self) -> list[Option]:
        """The options in order, repeated ones included."""
        words = self._words()[1:]
        base = words[0].start if words else 0
        parts = parts_of_words(words, base, server=False)
        return [option_of(self.directive, part, base) for part in parts]

    def option(self, name: str) -> Option | None:
        """The option of this name, or None."""
        return self.options.get(name)

    @property
    def ssl(self) -> bool:
        """Whether the line ends TLS here."""
        return "ssl" in self.options

    def __repr__(self) -> str:
        return f"Bind({', '.join(a.raw for a in self.addresses)})"
