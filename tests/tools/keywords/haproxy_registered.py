"""Reads what `haproxy -dKall` prints of sample fetches, converters and ACL keywords, and the inventory made of it.

`python -m tests.tools.keywords.haproxy_registered 2.6=FILE 2.8=FILE ...` writes the inventory, haproxy_samples.txt.
Each FILE is the output of one release: `haproxy -dKall -q -c -f /dev/null > FILE` (it exits with status 2). A release
may be given several times: later patches of one branch have words of the next branch, and the inventory has both.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.tools.keywords import FOLDER, chosen, ranges

SAMPLES = FOLDER / "haproxy_samples.txt"

HEAD = """\
# Sample fetches, converters and ACL keywords that releases of haproxy register, as `haproxy -dKall` prints them:
# 2.6.12, 3.0.11 and 3.2.26 (Debian) and 2.8.0, 3.0.0, 3.2.0, 3.4.0 as released, without Lua and device detection.
# 3.5-dev5 is 3.4.0 with what its sources register besides.
# Made by tests/tools/keywords/haproxy_registered.py of these outputs; tests/tools/keywords/make_samples.py makes
# parsers/keywords/haproxy_samples.txt of it.
#
# [fetches]      name, releases ("*": all), where it may be used, arguments and type
# [converters]   name, releases, arguments and types
# [acls]         name, releases, the fetch and the match method that it stands for
# [matches]      name, releases: the words after `-m`
# [flags]        name, releases: the options of an ACL expression
# [aliases]      name, releases: what `%NAME` may be in a log format, asked one by one (2.6.12) and from the sources
#
# Where a fetch may be used, a column each: 1-3 frontend tcp-request connection, session, content; 4-5 frontend
# http-request header, body; 6 use_backend; 7 backend tcp-request content; 8-9 backend http-request header, body;
# 10 use-server, balance, stick match; 11 source of a server; 12 backend tcp-response content; 13-14 backend
# http-response header, body; 15 stick store; 16 frontend tcp-response content; 17-18 frontend http-response header,
# body; 19 logs; 20 backend tcp-check; 21 configuration; 22 command line
"""

_TITLE = r"# List of registered (.*):"
_BLOCKS = {"sample fetch functions": "fetches", "sample converter functions": "converters", "ACL keywords": "acls"}
_LINES = {
    "fetches": r"\[ (?P<where>[Y. ]+) \] (?P<name>[\w.+-]+)(?P<rest>.*)",
    "converters": r"(?P<where>)(?P<name>[\w.+-]+)(?P<rest>.*)",
    "acls": r"(?P<where>)(?P<name>[\w.+-]+) = (?P<rest>.*)",
}
KEPT = ("matches", "flags", "aliases")
"""The blocks that no output has: they stay as they are."""

Entries = dict[tuple[str, str], list[str]]
"""Name and what is said of it -> the releases that say so."""


class Inventory(NamedTuple):
    """The releases, and the entries of each block."""

    versions: list[str]
    blocks: dict[str, Entries]


def read_registered(text: str) -> dict[str, list[tuple[str, str]]]:
    """The names that one output has, by block, each with what it says of them."""
    found: dict[str, list[tuple[str, str]]] = {block: [] for block in _BLOCKS.values()}
    block = ""
    for line in text.splitlines():
        title = re.match(_TITLE, line)
        if title:
            block = _BLOCKS.get(title[1], "")
        elif block and (entry := re.fullmatch(_LINES[block], line)):
            said = " ".join(filter(None, [entry["where"].replace(" ", ""), entry["rest"].strip(" :")]))
            found[block].append((entry["name"], said))
    return found


def read_samples(text: str) -> Inventory:
    """The inventory of this text."""
    inventory = Inventory([], {})
    entries: Entries = {}
    for line in text.splitlines():
        if line.startswith("versions "):
            inventory.versions.extend(line.split()[1:])
        elif line.startswith("["):
            entries = inventory.blocks.setdefault(line.strip("[]"), {})
        elif line.strip() and not line.startswith("#"):
            name, there, *said = line.split("\t")
            entries[name, said[0] if said else ""] = chosen(there, inventory.versions)
    return inventory


def write_samples(inventory: Inventory) -> str:
    """The text that `read_samples` reads."""
    lines = [HEAD.rstrip("\n"), f"versions {' '.join(inventory.versions)}"]
    for block, entries in inventory.blocks.items():
        lines.append(f"\n[{block}]")
        for (name, said), there in sorted(entries.items()):
            lines.append("\t".join(filter(None, [name, ranges(there, inventory.versions), said])))
    return "\n".join(lines) + "\n"


def inventory_of(outputs: Sequence[tuple[str, str]], kept: Inventory) -> Inventory:
    """The inventory of these outputs (release, text); what no output has is taken from `kept`."""
    blocks: dict[str, Entries] = {block: {} for block in _BLOCKS.values()}
    for version, text in outputs:
        for block, names in read_registered(text).items():
            for entry in dict.fromkeys(names):
                there = blocks[block].setdefault(entry, [])
                if version not in there:
                    there.append(version)
    versions = list(dict.fromkeys(version for version, _ in outputs))
    for block in KEPT:
        blocks[block] = {
            entry: _continued(there, kept.versions, versions) for entry, there in kept.blocks[block].items()
        }
    return Inventory(versions, blocks)


def _continued(there: list[str], known: list[str], versions: list[str]) -> list[str]:
    """What the last release has that was known, releases after it have too."""
    later = versions[versions.index(known[-1]) + 1 :] if known[-1] in versions else []
    return [*there, *later] if known[-1] in there else there


def main(arguments: Sequence[str]) -> None:
    """Write the inventory."""
    if not arguments:
        sys.exit(__doc__)
    pairs = [argument.partition("=") for argument in arguments]
    outputs = [(version, Path(path).read_text(encoding="utf-8")) for version, _, path in pairs]
    kept = read_samples(SAMPLES.read_text(encoding="utf-8"))
    SAMPLES.write_text(write_samples(inventory_of(outputs, kept)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
