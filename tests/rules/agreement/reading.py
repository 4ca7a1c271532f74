"""Pairs of files, read as the linter reads them."""

from __future__ import annotations

from pathlib import Path

from parsers.source import Source


def read_pair(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): Source.from_bytes(str(path), path.read_bytes()).text
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
