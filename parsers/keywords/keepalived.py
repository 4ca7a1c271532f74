"""The keywords that keepalived.conf may hold, block by block.

The table is text (`keepalived.txt`), made from keepalived's own keyword registrations; a line becomes
a `KeepalivedKeyword` only when it is asked for, because reading a file needs little more than the names.
"""

from __future__ import annotations

from functools import cache

from parsers.keywords import table_text
from parsers.tree import Directive

ROOT = "(root)"


class KeepalivedKeyword:
    """One keyword of one block.

    `kind` is block, value-block, flag, bool, int, uint, decimal, string, enum, ip, ifname, script, user, path,
    custom, ... or `any` where only the name is known.
    `argument` is "required", "optional", "none" or "unknown".
    `minimum` and `maximum` bound the first argument as keepalived 2.2.7 checks it, in `unit`
    ("s", "ms" or None); for auth_pass `maximum` counts characters.
    `since` is the first release that has the keyword ("1.2.1" means that one or earlier, "git" means
    after 2.4.3), None for the words of an entry. `decimal_since` is the release that began to accept
    fractions. `deprecated` says since when and what to use instead. `usage` is for messages.
    """

    __slots__ = (
        "argument",
        "block",
        "decimal_since",
        "deprecated",
        "enum",
        "kind",
        "maximum",
        "minimum",
        "name",
        "since",
        "unit",
        "usage",
    )

    _ARGUMENTS = {"arg": "required", "opt": "optional", "none": "none", "any": "unknown"}  # noqa: RUF012

    def __init__(self, block: str, line: str) -> None:
        line, _, deprecated = line.partition(" !! ")
        line, _, usage = line.partition(" -- ")
        self.name, self.kind, argument, limits, since, *options = line.split(" ")
        low, _, high = limits.partition("..")
        values = dict(option.partition("=")[::2] for option in options)
        self.block = block
        self.argument = self._ARGUMENTS[argument]
        self.minimum = float(low) if low not in ("", "-") else None
        self.maximum = float(high) if high else None
        self.since = since if since != "-" else None
        self.unit = values.get("unit")
        self.enum = tuple(values["enum"].split(",")) if "enum" in values else ()
        self.decimal_since = values.get("decimal")
        self.usage = usage
        self.deprecated = deprecated or None

    @property
    def takes_block(self) -> bool:
        """Whether the keyword is followed by `{ ... }`."""
        return self.kind in ("block", "value-block")

    @property
    def is_value_block(self) -> bool:
        """Whether the lines of its block are entries (addresses, names) and not keywords."""
        return self.kind == "value-block"

    @property
    def argument_required(self) -> bool:
        """Whether the keyword without an argument makes keepalived exit with status 2."""
        return self.argument == "required"

    def __repr__(self) -> str:
        return f"Keyword({self.block}: {self.name} {self.kind})"


def version(release: str) -> tuple[int, ...]:
    """A release number ("2.2.7") as something that can be compared."""
    return tuple(int(part) for part in release.split(".") if part.isdigit())


class KeywordTable:
    """All blocks with their keywords.

    `root_only`: block keywords that only make sense outside every block.
    `block_names`: keywords that open a block somewhere.
    `child_paths`: the path of the block that a keyword opens, by the path it is in and the keyword.
    """

    __slots__ = ("_blocks", "_complete", "_made", "block_names", "child_paths", "names", "root_only")

    def __init__(self, text: str) -> None:
        self._blocks: dict[str, dict[str, str]] = {}
        self._complete: set[str] = set()
        self._made: dict[tuple[str, str], KeepalivedKeyword] = {}
        self.child_paths: dict[tuple[str, str], str] = {}
        path = ""
        current: dict[str, str] = {}
        for line in text.split("\n"):
            if not line or line[0] == "#":
                continue
            first, second, rest = line.split(" ", 2)
            if first == "block":
                path = second
                current = self._blocks[path] = {}
                if rest == "complete":
                    self._complete.add(path)
                continue
            current[first] = line
            if second in ("block", "value-block"):
                self.child_paths[path, first] = first if path == ROOT else f"{path}/{first}"
        self.names = frozenset(name for keywords in self._blocks.values() for name in keywords)
        self.block_names = frozenset(name for _, name in self.child_paths)
        top = {name for path, name in self.child_paths if path == ROOT}
        for path, keywords in self._blocks.items():
            if path != ROOT and "#" not in path:
                top.difference_update(keywords)
        self.root_only = frozenset(top)

    def knows(self, path: str) -> bool:
        """Whether the block at `path` ("vrrp_instance/authentication", "(root)") is in the table."""
        return path in self._blocks

    def complete(self, path: str) -> bool:
        """Whether every keyword of the block is known with its arguments and ranges."""
        return path in self._complete

    def keywords(self, path: str) -> tuple[str, ...]:
        """Names of the keywords of the block, empty for a block that is not in the table."""
        return tuple(self._blocks.get(path, ()))

    def keyword(self, path: str, name: str) -> KeepalivedKeyword | None:
        """The keyword `name` of the block at `path`, or None."""
        made = self._made.get((path, name))
        if made is None:
            line = self._blocks.get(path, {}).get(name)
            if line is not None:
                made = self._made[path, name] = KeepalivedKeyword(path, line)
        return made

    def blocks_with(self, name: str) -> list[str]:
        """Paths of the blocks that have this keyword (entries of value blocks left out)."""
        return [path for path, keywords in self._blocks.items() if name in keywords and "#" not in path]


@cache
def keepalived_table() -> KeywordTable:
    """The table, read once."""
    return KeywordTable(table_text("keepalived.txt"))


def block_path(directive: Directive | None) -> str:
    """The table path of the block that `directive` opens; "(root)" for None."""
    names: list[str] = []
    while directive is not None:
        names.append(directive.keyword)
        directive = directive.parent
    return "/".join(reversed(names)) if names else ROOT


def keyword_of(directive: Directive) -> KeepalivedKeyword | None:
    """What the table says about a line where it is, or None for an unknown keyword, an entry of a
    value block, or a line inside a block that is not in the table.
    """
    return keepalived_table().keyword(block_path(directive.parent), directive.keyword)
