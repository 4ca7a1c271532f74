"""Which keyword which haproxy knows: a table read from `haproxy.txt`, block by block, when asked."""

from __future__ import annotations

from collections.abc import KeysView
from functools import lru_cache

from parsers.keywords import table_text

ACCEPTED, IGNORED, REJECTED, REMOVED, UNKNOWN = "accepted", "ignored", "rejected", "removed", "unknown"
_LENIENT = (ACCEPTED, IGNORED, REJECTED, REMOVED)  # the best answer first
_NEVER = "-"  # a range of versions without any

# The sections whose header has no name, and those whose header may do without one. Measured with haproxy 2.6.12.
NAMELESS_SECTIONS = frozenset(("global", "namespace_list", "traces"))
OPTIONAL_NAME_SECTIONS = frozenset(("defaults", "crt-store"))


class HaproxyKeyword:
    """One name of a block: where and since when it is accepted, and what to write instead.

    `args` is the number of arguments (-1: it depends, None: not noted); `flags` are words such as FE, BE
    (the side that uses it), HTTP (mode http only), SSL, NONEG (refuses `no`); `dropped` is the version
    that removed it ("" when not known); `instead` says what to write.
    """

    __slots__ = ("_marks", "_spec", "_versions", "_words", "instead", "name")

    def __init__(self, name: str, versions: tuple[str, ...], spec: str, instead: str) -> None:
        self.name = name
        self.instead = instead
        self._versions = versions
        # Hundreds are made and a few looked at: what the words say is worked out when asked.
        self._spec = spec
        self._marks: dict[str, str] | None = None
        self._words: list[str] = []

    def _read(self) -> dict[str, str]:
        """Which versions each mark is for; sets the other words aside."""
        marks = self._marks
        if marks is None:
            marks = self._marks = {}
            for word in self._spec.split(" ") if self._spec else ():
                head, colon, tail = word.partition(":")
                if colon:
                    marks[head] = tail
                elif word[0].isalpha():
                    self._words.append(word)
                else:
                    marks[ACCEPTED] = word
        return marks

    def setting(self, prefix: str) -> str:
        """What follows `prefix` in the word of the table that begins with it, or ""."""
        self._read()
        return next((word[len(prefix) :] for word in self._words if word.startswith(prefix)), "")

    @property
    def args(self) -> int | None:
        """The number of arguments, -1 when it depends, None when it is not noted."""
        number = self.setting("args=")
        return int(number) if number else None

    @property
    def dropped(self) -> str:
        """The version that removed it ("" when not known)."""
        return self.setting("dropped=")

    @property
    def flags(self) -> frozenset[str]:
        """FE, BE, HTTP, SSL, NONEG, ..."""
        self._read()
        return frozenset(word for word in self._words if "=" not in word)

    def _in(self, mark: str, index: int) -> bool:
        ranges = self._read().get(mark)
        if ranges is None:
            return mark == ACCEPTED
        return index in _indices(ranges, self._versions)

    @property
    def versions(self) -> tuple[str, ...]:
        """The known versions that accept it with effect."""
        return tuple(v for i, v in enumerate(self._versions) if self._in(ACCEPTED, i))

    def status(self, version: str | None = None) -> str:
        """`accepted`, `ignored` (a warning, no effect), `rejected` (refused here), `removed` or `unknown`.

        A version between two known ones, or no version at all, gets the most lenient answer that fits.
        """
        marks = self._read() if self._spec else {}
        if ACCEPTED not in marks:
            return ACCEPTED  # by every version
        if version is None:
            return next((answer for answer in _LENIENT if marks.get(answer, _NEVER) != _NEVER), UNKNOWN)
        answers = {self._status(index) for index in near_releases(version, self._versions)}
        return next((answer for answer in _LENIENT if answer in answers), UNKNOWN)

    def _status(self, index: int) -> str:
        return next((mark for mark in _LENIENT if self._in(mark, index)), UNKNOWN)

    @property
    def since(self) -> str:
        """The first known version that accepts it ("" when none does)."""
        versions = self.versions
        return versions[0] if versions else ""

    def __repr__(self) -> str:
        return f"Keyword({self.name!r}, {self.status()})"


class KeywordBlock:
    """One block of the table. `complete`: a name that is not in it is unknown to all known versions.

    `lines` are its lines by name. Of hundreds a file needs a few, so an entry is made when it is asked for.
    """

    __slots__ = ("_lines", "_made", "_names", "_prefixes", "_versions", "complete", "title")

    def __init__(self, title: str, complete: bool, lines: dict[str, str], versions: tuple[str, ...]) -> None:
        self.title = title
        self.complete = complete
        self._lines = lines
        self._versions = versions
        self._made: dict[str, HaproxyKeyword] = {}
        self._names: dict[str | None, list[str]] = {}
        self._prefixes = [
            (name[:-1].removesuffix("(*") + ("(" if name.endswith("(*)") else ""), name)
            for name in lines
            if name.endswith(("*", "*)"))
        ]

    @property
    def entries(self) -> dict[str, HaproxyKeyword]:
        """All entries by name, in the order of the table."""
        return {name: self._entry(name, line) for name, line in self._lines.items()}

    @property
    def known(self) -> KeysView[str]:
        """The names, in the order of the table."""
        return self._lines.keys()

    def exact(self, name: str) -> HaproxyKeyword | None:
        """The entry of this name."""
        line = self._lines.get(name)
        return self._entry(name, line) if line is not None else None

    def get(self, name: str) -> HaproxyKeyword | None:
        """The entry that covers this word, by its whole name or by prefix."""
        line = self._lines.get(name)
        if line is None:
            for prefix, whole in self._prefixes:
                if name.startswith(prefix):
                    return self._entry(whole, self._lines[whole])
            return None
        return self._entry(name, line)

    def _entry(self, name: str, line: str) -> HaproxyKeyword:
        made = self._made.get(name)
        if made is None:
            spec, _, instead = line.partition(" | ")
            made = self._made[name] = HaproxyKeyword(name, self._versions, spec.partition(" ")[2], instead)
        return made

    def status(self, name: str, version: str | None = None) -> str:
        """As `HaproxyKeyword.status`; a name that is missing here is `unknown` in a complete block, else `accepted`."""
        keyword = self.get(name)
        if keyword is None:
            return UNKNOWN if self.complete else ACCEPTED
        return keyword.status(version)

    def names(self, version: str | None = None) -> list[str]:
        """The names that are accepted, for suggestions."""
        names = self._names.get(version)
        if names is None:
            names = [name for name, keyword in self.entries.items() if keyword.status(version) == ACCEPTED]
            self._names[version] = names
        return names


class HaproxyTable:
    """All blocks; each is read when it is first asked for."""

    def __init__(self, text: str) -> None:
        self._texts: dict[str, str] = {}
        head, *blocks = text.split("\n[")
        self.versions = tuple(head[head.index("\nversions ") + 10 :].split())
        for block in blocks:
            title, _, rest = block.partition("]")
            self._texts[title] = rest
        self._blocks: dict[str, KeywordBlock] = {}

    def block(self, title: str) -> KeywordBlock | None:
        """The block of this title, or None."""
        block = self._blocks.get(title)
        if block is None:
            text = self._texts.get(title)
            if text is None:
                return None
            block = self._blocks[title] = self._read(title, text)
        return block

    def _read(self, title: str, text: str) -> KeywordBlock:
        first, *lines = text.split("\n")
        named = {line.partition(" ")[0]: line for line in lines if line and line[0] != "#"}
        return KeywordBlock(title, first.strip() == "complete", named, self.versions)

    def _required(self, title: str) -> KeywordBlock:
        return self.block(title) or KeywordBlock(title, False, {}, self.versions)

    def section(self, keyword: str) -> KeywordBlock | None:
        """The keywords of a section, or None for a section that no known version has."""
        return self.block(f"section {keyword}")

    def actions(self, ruleset: str) -> KeywordBlock | None:
        """The actions of `http-request`, `tcp-request content`, and so on."""
        return self.block(f"actions {ruleset}")

    @property
    def sections(self) -> KeywordBlock:
        """The section keywords."""
        return self._required("sections")

    @property
    def removed(self) -> KeywordBlock:
        """Section keywords that were removed, whatever the section."""
        return self._required("removed")

    @property
    def bind_options(self) -> KeywordBlock:
        """The options of `bind` lines, with `args`."""
        return self._required("bind options")

    @property
    def server_options(self) -> KeywordBlock:
        """The options of `server` and `default-server` lines, with `args`."""
        return self._required("server options")

    @property
    def options(self) -> KeywordBlock:
        """The names after `option`."""
        return self._required("options")

    @property
    def timeouts(self) -> KeywordBlock:
        """The names after `timeout`."""
        return self._required("timeouts")

    @property
    def balance(self) -> KeywordBlock:
        """The algorithms after `balance`."""
        return self._required("balance")

    @property
    def modes(self) -> KeywordBlock:
        """The words after `mode`."""
        return self._required("modes")

    @property
    def http_check(self) -> KeywordBlock:
        """The words after `http-check`."""
        return self._required("http-check")

    @property
    def tcp_check(self) -> KeywordBlock:
        """The words after `tcp-check`."""
        return self._required("tcp-check")

    @property
    def filters(self) -> KeywordBlock:
        """The words after `filter`."""
        return self._required("filters")


@lru_cache(1)
def haproxy_table() -> HaproxyTable:
    """The table that comes with the package."""
    return HaproxyTable(table_text("haproxy.txt"))


@lru_cache(maxsize=1)
def haproxy_words() -> frozenset[str]:
    """Every name of the table, whatever it is: sections, keywords, options, actions."""
    names = (line.partition(" ")[0] for line in table_text("haproxy.txt").split("\n"))
    return frozenset(name for name in names if name and name[0] not in "#[" and name[-1] not in "*)")


@lru_cache(1)
def section_keywords() -> frozenset[str]:
    """The words that begin a section, in any known version; this is the only list of them."""
    return frozenset(haproxy_table().sections.known)


def _indices(ranges: str, versions: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for part in ranges.split(","):
        if part == _NEVER:
            continue
        first, last = _bounds(part, versions)
        found.update(range(versions.index(first), versions.index(last) + 1))
    return frozenset(found)


def _bounds(part: str, versions: tuple[str, ...]) -> tuple[str, str]:
    """The ends of a range; version names may hold a hyphen themselves (`3.5-dev5`)."""
    if part in versions:
        return part, part
    for first in versions:
        if part == f"{first}-":
            return first, versions[-1]
        if part.startswith(f"{first}-") and part[len(first) + 1 :] in versions:
            return first, part[len(first) + 1 :]
    raise ValueError(f"no version range: {part!r}")


def near_releases(version: str | None, versions: tuple[str, ...]) -> tuple[int, ...]:
    """Indices of the known versions that a version is judged by: itself, or its neighbours."""
    everything = tuple(range(len(versions)))
    wanted = _number(version) if version else None
    if wanted is None:
        return everything
    numbers = [_number(known) or (0, 0) for known in versions]
    if wanted in numbers:
        return (numbers.index(wanted),)
    below = [i for i, number in enumerate(numbers) if number < wanted]
    above = [i for i, number in enumerate(numbers) if number > wanted]
    return (*below[-1:], *above[:1])


def _number(version: str) -> tuple[int, int] | None:
    """Major and minor number of `2.6`, `2.6.12`, `3.5-dev5`; None for other text."""
    parts = version.split("-", maxsplit=1)[0].split(".")
    if len(parts) < 2 or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return None
    return int(parts[0]), int(parts[1])
