"""The drop-ins of systemd units on the disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def drop_ins(folders: Iterable[str]) -> dict[str, str]:
    """Path -> text of the drop-ins in some folders; what is not there or can't be read is left out."""
    found = {}
    for folder in folders:
        for path in sorted(Path(folder).glob("*.conf")):
            try:
                found[f"{folder}/{path.name}"] = path.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
    return found
