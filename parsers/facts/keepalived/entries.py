"""The lines of value blocks: virtual addresses, unicast peers, tracked things."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.facts.keepalived.settings import Address, applies, peer_address, text_value, whole_number
from parsers.facts.values import Value
from parsers.grammar.common import read_ip
from parsers.source import Span, bytes_of
from parsers.tree import Directive, Word

# Options of an address line with a value, and without.
_WITH_VALUE = frozenset({"dev", "label", "scope", "broadcast", "brd", "peer", "preferred_lft", "track_group"})
_PLAIN = frozenset({"home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track", "use_vmac"})


def entries(block: Directive) -> Iterator[tuple[Directive, Word]]:
    """The lines of a value block, each with its first word."""
    for line in block.children or ():
        words = line.words
        if words:
            yield line, words[0]


class VirtualAddress:
    """One address of virtual_ipaddress, virtual_ipaddress_excluded or static_ipaddress.

    `address` is None when the word is not an address (`raw` keeps it) or is not known; `prefix` is the length as
    written, None without one or when it is out of range; `effective_prefix` what the daemon uses (32 or 128 then).
    `options` are the words with a value (`broadcast` and `brd` both under "broadcast"), flags map to "".
    `unknown` are words that keepalived ignores, a second address on the line among them.
    `lost` says why the daemon drops the whole address: "address", "missing-value" (an option at the end of the
    line), "label" (16 characters or more), "duplicate-dev", or None.
    """

    __slots__ = (
        "address",
        "certain",
        "dev",
        "directive",
        "label",
        "lost",
        "options",
        "prefix",
        "raw",
        "span",
        "unknown",
        "word",
    )

    def __init__(self, line: Directive, word: Word) -> None:
        self.directive = line
        self.word = word
        self.span = word.span
        self.raw = word.value
        self.certain = not word.dynamic and applies(line)
        text, slash, prefix = word.value.partition("/")
        self.address: Address | None = read_ip(text) if self.certain else None
        length = whole_number(prefix) if slash else None
        self.prefix = length if length is not None and 0 <= length <= self._longest() else None
        self.dev: Value[str] | None = None
        self.label: Value[str] | None = None
        self.options: dict[str, Value[str]] = {}
        self.unknown: list[Word] = []
        self.lost: str | None = "address" if self.certain and self.address is None else None
        self._read_options(line)

    def _longest(self) -> int:
        return 128 if ":" in self.raw else 32

    def _read_options(self, line: Directive) -> None:
        words = iter(line.words[1:])
        for word in words:
            name = word.value
            if name in _PLAIN:
                self.options[name] = Value("", name, word.span, line, self.certain)
            elif name in _WITH_VALUE:
                value = next(words, None)
                if value is None:
                    self.lost = self.lost or "missing-value"
                    return
                if name == "dev" and self.dev is not None:
                    self.lost = self.lost or "duplicate-dev"
                found = text_value(value, line)
                self.options["broadcast" if name == "brd" else name] = found
                if name == "dev":
                    self.dev = found
                elif name == "label":
                    self.label = found
                    if found.certain and len(bytes_of(value.value)) > 15:
                        self.lost = self.lost or "label"
            else:
                self.unknown.append(word)

    @property
    def effective_prefix(self) -> int:
        """The prefix length the daemon uses."""
        return self._longest() if self.prefix is None else self.prefix

    @property
    def family(self) -> int | None:
        """4, 6, or None when the address is not known."""
        return None if self.address is None else self.address.version

    def __repr__(self) -> str:
        return f"VirtualAddress({self.raw!r})"


class Peer:
    """One line of unicast_peer. `address` is None when the word is not an address or not known; `unknown` are the words
    after it that are not options (a second peer on the line is lost).
    """

    __slots__ = ("address", "certain", "directive", "max_ttl", "min_ttl", "raw", "span", "unknown", "word")

    def __init__(self, line: Directive, word: Word) -> None:
        self.directive = line
        self.word = word
        self.span = word.span
        self.raw = word.value
        self.certain = not word.dynamic and applies(line)
        self.address: Address | None = peer_address(word.value) if self.certain else None
        self.min_ttl: Value[int] | None = None
        self.max_ttl: Value[int] | None = None
        self.unknown: list[Word] = []
        words = iter(line.words[1:])
        for option in words:
            value = next(words, None)
            if option.value not in ("min_ttl", "max_ttl") or value is None:
                self.unknown.append(option)
                if value is not None:
                    self.unknown.append(value)
                continue
            number = whole_number(value.value)
            found = Value(number, value.value, value.span, line, self.certain and not value.dynamic)
            if option.value == "min_ttl":
                self.min_ttl = found
            else:
                self.max_ttl = found

    def __repr__(self) -> str:
        return f"Peer({self.raw!r})"


class Tracker:
    """One line of track_script, track_process, track_file, track_interface or track_bfd.

    `weight` is the one on the line (None without); a value out of range has value None, and the daemon then
    takes the definition's (for interfaces 0); -254 and 254 count as -253 and 253 for scripts, interfaces and BFD.
    `reverse` is whether the line says `reverse`, `noreverse` whether it takes back the definition's.
    `lost` is true when the daemon drops the line: an unknown option, or `weight` without a number.
    `block` is the track_... block.
    """

    __slots__ = (
        "block",
        "certain",
        "directive",
        "kind",
        "lost",
        "name",
        "noreverse",
        "reverse",
        "span",
        "unknown",
        "weight",
        "word",
    )

    def __init__(self, kind: str, block: Directive, line: Directive, word: Word) -> None:
        self.kind = kind
        self.block = block
        self.directive = line
        self.word = word
        self.name = word.value
        self.span: Span = word.span
        self.certain = not word.dynamic and applies(line)
        self.weight: Value[int] | None = None
        self.reverse = self.noreverse = self.lost = False
        self.unknown: list[Word] = []
        words = line.words
        if len(words) == 1:
            return
        if words[1].value != "weight" or len(words) == 2:
            self.lost = not words[1].dynamic
            self.unknown = list(words[1:])
            return
        number = whole_number(words[2].value)
        if number is not None and abs(number) > 254:
            number = None
        elif number is not None and kind in ("script", "interface", "bfd"):
            number = max(-253, min(253, number))
        certain = self.certain and not words[2].dynamic
        self.weight = Value(number if certain else None, words[2].value, words[2].span, line, certain)
        if len(words) > 3:
            self.reverse = words[3].value == "reverse"
            self.noreverse = words[3].value == "noreverse" and kind != "interface"
            self.unknown = list(words[3 if not (self.reverse or self.noreverse) else 4 :])

    def __repr__(self) -> str:
        return f"Tracker({self.kind} {self.name!r})"


TRACK_BLOCKS = {
    "track_script": "script",
    "track_process": "process",
    "track_file": "file",
    "track_interface": "interface",
    "track_bfd": "bfd",
}


def trackers_of(block: Directive) -> list[Tracker]:
    """Everything that an instance or sync group tracks, in file order."""
    found: list[Tracker] = []
    for child in block.children or ():
        kind = TRACK_BLOCKS.get(child.keyword)
        if kind is not None and child.children:
            found.extend(Tracker(kind, child, line, word) for line, word in entries(child))
    return found
