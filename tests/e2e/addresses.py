"""What happened to the addresses of a machine, and when: the kernel's own messages, written down by `ip monitor`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r"\[(\S+)\] (Deleted )?\d+: \S+ +inet6? ([0-9a-f.:]+)/")
_PROBE = "127.0.0.2"


class Change(NamedTuple):
    """An address came or went at a time (seconds since 1970)."""

    at: float
    there: bool


class AddressLog:
    """Everything that happens to the addresses of a network namespace from now on."""

    def __init__(self, space: str, file: Path) -> None:
        self._file = file
        with file.open("wb") as out:
            self.process = subprocess.Popen(
                ["ip", "-n", space, "-ts", "-o", "monitor", "address"], stdin=subprocess.DEVNULL, stdout=out
            )
        self._space = space

    def heard(self) -> bool:
        """Whether it writes already: changes an address that nobody uses, and looks."""
        for what in ("add", "del"):
            subprocess.run(
                ["ip", "-n", self._space, "addr", what, f"{_PROBE}/32", "dev", "lo"], check=True, capture_output=True
            )
        return bool(self.changes(_PROBE))

    def changes(self, address: str) -> list[Change]:
        """What happened to an address, in order. An address that is written anew (its lifetime) has not come again."""
        found: list[Change] = []
        for line in self._file.read_text(encoding="utf-8").splitlines(keepends=True):
            match = _LINE.match(line)
            if match is None or not line.endswith("\n") or match[3] != address:
                continue
            there = match[2] is None
            if there != (bool(found) and found[-1].there):
                found.append(Change(datetime.fromisoformat(match[1]).timestamp(), there))
        return found

    def has(self, address: str) -> bool:
        """Whether the address is there now."""
        changes = self.changes(address)
        return bool(changes) and changes[-1].there


def gains(logs: Sequence[tuple[str, AddressLog]], address: str) -> list[tuple[float, str]]:
    """Who got the address, and when, in the order of time."""
    return sorted((change.at, name) for name, log in logs for change in log.changes(address) if change.there)
