"""Writes `parsers/keywords/haproxy_samples.txt` from the inventory of that name here (`make renew WHAT=keywords`)."""

from __future__ import annotations

from tests.programs import ROOT
from tests.tools.keywords import ranges
from tests.tools.keywords.haproxy_registered import SAMPLES, Entries, Inventory, read_samples

TABLE = ROOT / "parsers" / "keywords" / "haproxy_samples.txt"

HEADER = """\
# Sample fetches, converters, ACL keywords, match methods, ACL options and log-format aliases of haproxy by release.
# Made by tests/tools/keywords/make_samples.py; do not edit. The format is that of haproxy.txt, with these words:
#   takes=i-is  the arguments, a letter each (see `Signature`): those before `-` have to be there
#   is=str      the type of the value
#   from=bin    the type that a converter takes
#   use=1ffc    where a fetch may be used, a bit each: bit 0 is the first column of the inventory
#   for=req.hdr the fetch that an ACL keyword stands for
#   by=beg      the match method of an ACL keyword
# What changed stands behind its release: is=ipv4;3.0;addr. What is not there is empty: takes=;3.2;-s
# What changed between two patches of a release has both: use=7fc/ff800
"""

# What depends on how haproxy was built, and was in none of the builds that were asked.
_BUILT = ("lua.", "51d.", "da-csv", "wurfl-", "ssl_fc_ech_")
_LETTERS = {
    "string": "s", "integer": "i", "backend": "b", "frontend": "f", "server": "v", "table": "t", "user list": "u",
    "regex": "r", "IPv4 mask": "m", "IPv6 mask": "M", "IPv4 address": "a", "IPv6 address": "A",
    "Protocol buffers field number": "p",
}  # fmt: skip
_IN_SOME_BUILDS = ("quic_",)
# A patch brought these to old releases after the last one that was asked: the releases that do not have them.
_PATCHED = {"has_ctl": ["2.6", "2.8", "3.0"]}
_INSTEAD = {"bc_setting_streams_limit": "write 'bc_settings_streams_limit'"}


def _signature(said: str) -> str:
    """`i-s` for `(integer[,string]): str`."""
    if not said.startswith("("):
        return ""
    required, _, optional = said[1 : said.index(")")].partition("[")
    parts = ("".join(_LETTERS[name] for name in part.strip(",]").split(",") if name) for part in (required, optional))
    return "-".join(parts)


class _Name:
    """What the releases say of one name: each word of the table by release."""

    def __init__(self) -> None:
        self.versions: set[str] = set()
        self.words: dict[str, dict[str, list[str]]] = {}

    def add(self, block: str, said: str, versions: list[str]) -> None:
        self.versions |= set(versions)
        for word, value in self._words(block, said).items():
            for version in versions:
                found = self.words.setdefault(word, {}).setdefault(version, [])
                if value not in found:
                    found.append(value)

    @staticmethod
    def _words(block: str, said: str) -> dict[str, str]:
        if block == "acls":
            fetch, _, method = said.partition(" -m ")
            return {"for": fetch, "by": method}
        if block not in ("fetches", "converters"):
            return {}
        where, said = said.split(" ", 1) if block == "fetches" else ("", said)
        takes = _signature(said)
        types = said.rpartition(": ")[2].split(" => ")
        words = {"takes": takes, "is": types[0]}
        if block == "converters":
            return words | {"from": types[1]}
        return words | {"use": f"{sum(1 << column for column, mark in enumerate(where) if mark == 'Y'):x}"}

    def by_release(self, word: str, versions: list[str]) -> str:
        """`ipv4;3.0;addr`; "" for what no release has."""
        found: list[str] = []
        for version in versions:
            if version not in self.words[word]:
                continue
            value = "/".join(self.words[word][version])
            if not found or value != found[-1]:
                found += [version, value]
        return ";".join(found[1:])


def _lines(block: str, entries: Entries, versions: list[str]) -> list[str]:
    names: dict[str, _Name] = {}
    for (name, said), there in entries.items():
        names.setdefault(name, _Name()).add(block, said, there)
    lines = []
    for name, found in sorted(names.items()):
        words = [name]
        if name in _PATCHED:
            found.versions = set(versions) - set(_PATCHED[name])
        if len(found.versions) < len(versions) and not name.startswith(_IN_SOME_BUILDS):
            words.append(ranges([version for version in versions if version in found.versions], versions))
        for word in found.words:
            if value := found.by_release(word, versions):
                words.append(f"{word}={value}")
        lines.append(" ".join(words) + (f" | {_INSTEAD[name]}" if name in _INSTEAD else ""))
    return lines


def render(inventory: Inventory) -> str:
    """The whole table as text."""
    lines = [HEADER, "versions " + " ".join(inventory.versions)]
    for block, entries in inventory.blocks.items():
        lines += [f"\n[{block}] complete", *_lines(block, entries, inventory.versions)]
        if block in ("fetches", "converters"):
            lines += [f"{prefix}*" for prefix in _BUILT]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table."""
    TABLE.write_text(render(read_samples(SAMPLES.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
