"""Writes `parsers/keywords/haproxy_samples.txt` from the inventory of that name here (`make renew WHAT=keywords`)."""

from __future__ import annotations

from tests.programs import ROOT
from tests.tools.keywords import ranges
from tests.tools.keywords.haproxy_registered import SAMPLES, Entries, Inventory, read_samples

TABLE = ROOT / "parsers" / "keywords" / "haproxy_samples.txt"

HEADER = """\
# Sample fetches, converters, ACL keywords, match methods, ACL options and log-format aliases of haproxy by release.
# Made by tests/tools/keywords/make_samples.py; do not edit. The format is that of haproxy.txt, with these words:
#   takes=1-3    the number of arguments, from ... to ...
#   use=1ffc     where a fetch may be used, a bit each: bit 0 is the first column of the inventory
#   for=req.hdr  the fetch that an ACL keyword stands for
"""

# What depends on how haproxy was built, so that a release without it proves nothing.
_BUILT = ("ssl_", "quic_", "lua.", "51d.", "da-csv", "wurfl-")
# A single text may be missing: it is an empty one then. For these, haproxy takes the proxy or table of the line.
_IMPLIED = frozenset(("backend", "frontend", "server", "table", "user list"))
_INSTEAD = {"bc_setting_streams_limit": "write 'bc_settings_streams_limit'"}


def _takes(said: str) -> tuple[int, int]:
    """The least and the greatest number of arguments of `(string[,integer]): str`."""
    if not said.startswith("("):
        return 0, 0
    required, _, optional = said[1 : said.index(")")].partition("[")
    least = [name for name in required.rstrip(",").split(",") if name]
    most = len(least) + len([name for name in optional.rstrip("]").split(",") if name])
    return (0 if least and (least[0] in _IMPLIED or least == ["string"]) else len(least)), most


class _Name:
    """What all releases together say of one name."""

    def __init__(self) -> None:
        self.versions: set[str] = set()
        self.use = 0
        self.least, self.most = 99, 0
        self.stands_for = ""

    def add(self, block: str, said: str, versions: list[str]) -> None:
        self.versions |= set(versions)
        if block == "acls":
            self.stands_for = said.split(maxsplit=1)[0]
        if block == "fetches":
            where, _, said = said.partition(" ")
            self.use |= sum(1 << column for column, mark in enumerate(where) if mark == "Y")
        if block in ("fetches", "converters"):
            least, most = _takes(said)
            self.least, self.most = min(self.least, least), max(self.most, most)


def _lines(block: str, entries: Entries, versions: list[str]) -> list[str]:
    names: dict[str, _Name] = {}
    for (name, said), there in entries.items():
        names.setdefault(name, _Name()).add(block, said, there)
    lines = []
    for name, found in sorted(names.items()):
        words = [name]
        if len(found.versions) < len(versions) and not name.startswith(_BUILT):
            words.append(ranges([version for version in versions if version in found.versions], versions))
        if found.most:
            words.append(f"takes={found.least}-{found.most}")
        if block == "fetches":
            words.append(f"use={found.use:x}")
        if found.stands_for:
            words.append(f"for={found.stands_for}")
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
