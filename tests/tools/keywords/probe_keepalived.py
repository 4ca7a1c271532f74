"""Asks an installed keepalived about every name in tests/tools/keywords/keepalived.txt.

`python -m tests.tools.keywords.probe_keepalived [--binary KEEPALIVED]` prints the names that the inventory says it has
and that it does not know, and those that it knows earlier than the inventory says. Ranges, kinds and arguments come
from the sources.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from parsers.keywords.keepalived import version as version_of
from tests.daemons import program
from tests.tools.keywords import KEEPALIVED, Json, read_keepalived
from tests.tools.keywords.make_keepalived import tables

_HEADS = {"virtual_server": "virtual_server 192.0.2.1 80", "real_server": "real_server 192.0.2.2 80"}
_NAMELESS = {"global_defs", "authentication", "auth_hmac", "url", "host", "SSL", "garp_group"}
MADE_UP = "halb_no_such_keyword"


class Keepalived:
    """A binary that is asked."""

    def __init__(self, binary: Path) -> None:
        self._binary = binary

    def version(self) -> str:
        """Its release, as "2.2.7"."""
        done = subprocess.run([self._binary, "--version"], capture_output=True, text=True, check=True)
        found = re.search(r"v(\d[\d.]*)", done.stderr + done.stdout)
        assert found is not None
        return found[1]

    def knows(self, block: str, name: str, *, opens: bool) -> bool:
        """Whether a name is a keyword in a block; `opens` says that it opens a block itself."""
        blocks = [] if block == "(root)" else block.split("/")
        text = "".join(f"{_head(part)} {{\n" for part in blocks)
        text += f"{name} {{\n}}\n" if opens else f"{name}\n"
        text += "}\n" * len(blocks)
        with tempfile.NamedTemporaryFile(suffix=".conf") as file:
            file.write(text.encode())
            file.flush()
            command = [str(self._binary), "-t", "-f", file.name]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return f"Unknown keyword '{name}'" not in done.stdout + done.stderr


def _head(part: str) -> str:
    """How a block is opened, without the brace."""
    return _HEADS.get(part) or (part if part in _NAMELESS or part.isupper() else f"{part} x")


def differences(keepalived: Keepalived) -> list[str]:
    """What it says otherwise than the inventory, a line each; an empty list when they agree."""
    release = version_of(keepalived.version())
    asked = list(_names(read_keepalived(KEEPALIVED.read_text(encoding="utf-8"))))
    with ThreadPoolExecutor() as pool:
        known = list(pool.map(lambda each: keepalived.knows(each[0], each[1], opens=each[3]), asked))
    found = []
    for (block, name, since, _), knows in zip(asked, known, strict=True):
        there = since is not None and since != "HEAD" and version_of(since.removeprefix("v")) <= release
        if knows != there and since is not None:
            found.append(f"{block}: '{name}' is {'known' if knows else 'unknown'}, and said to be there since {since}")
    return found


def _names(data: dict[str, dict[str, Json]]) -> Iterator[tuple[str, str, str | None, bool]]:
    """Block, name, first release, and whether it opens a block, of every keyword that can be asked for."""
    for block, keywords in tables(data).items():
        if "#" in block:  # entries, not keywords
            continue
        for name, entry in keywords.items():
            yield block, name, entry["since"], "block" in entry["type"]
        yield block, MADE_UP, "HEAD", False


def main() -> None:
    """Ask, and say what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="the keepalived to ask (default: the installed one)")
    given = parser.parse_args()
    keepalived = Keepalived(given.binary or program("keepalived"))
    print("\n".join(differences(keepalived)) or f"keepalived {keepalived.version()} knows what the inventory says")


if __name__ == "__main__":
    main()
