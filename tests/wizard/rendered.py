"""Rendered files, on a disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wizard.render.files import Rendered


def put_files(folder: Path, files: Mapping[str, Rendered]) -> None:
    """Write rendered files with their modes, whatever the umask."""
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
        target.chmod(file.mode)
