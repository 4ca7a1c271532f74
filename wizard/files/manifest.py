"""DIR/.halb/manifest.json: checksums of what halb wrote below DIR, to notice when a file was changed since."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rules.files import read_regular

FOLDER = ".halb"
NAME = "manifest.json"
_SCHEMA = 1


class Manifest(NamedTuple):
    """SHA-256 sums by path: of what was `written`, and of what a run has `begun` to write.

    A run that was killed leaves its sums in `begun`: a file with such a sum is halb's as well. `merged` are the files
    that contain sections halb did not write beside halb's.
    """

    written: Mapping[str, str] = {}
    begun: Mapping[str, str] = {}
    merged: frozenset[str] = frozenset()

    def knows(self, path: str) -> bool:
        """Whether halb ever wrote the file."""
        return path in self.written

    def has_written(self, path: str, data: bytes) -> bool:
        """Whether halb wrote this content."""
        return checksum(data) in (self.written.get(path), self.begun.get(path))


def checksum(data: bytes) -> str:
    """The SHA-256 sum in hexadecimal digits."""
    from hashlib import sha256

    return sha256(data).hexdigest()


def manifest_path(directory: Path) -> Path:
    """Where the manifest of a folder is."""
    return directory / FOLDER / NAME


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a folder; an empty one when there is none or it can't be used.

    With an empty one every file that differs counts as changed, so a lost manifest loses nothing else.
    """
    import json

    try:
        data = json.loads(read_regular(manifest_path(directory)))
    except (OSError, ValueError, RecursionError):
        return Manifest()
    if not isinstance(data, dict) or data.get("schema") != _SCHEMA:
        return Manifest()
    merged = data.get("merged", [])
    if not isinstance(merged, list) or not all(isinstance(path, str) for path in merged):
        return Manifest()
    return Manifest(_sums(data.get("written")), _sums(data.get("begun")), frozenset(merged))


def _sums(value: Any) -> Mapping[str, str]:
    return {key: item for key, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}


def manifest_data(manifest: Manifest) -> bytes:
    """The manifest as it is written: sorted, so that two runs with the same result write the same."""
    import json

    data = {
        "schema": _SCHEMA,
        "written": dict(manifest.written),
        "begun": dict(manifest.begun),
        "merged": sorted(manifest.merged),
    }
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()
