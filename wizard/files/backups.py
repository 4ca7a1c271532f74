"""Keeping what a file held before: copies beside it, named after it and the time."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path

from rules.files import read_regular, replace_file


def keep_backup(target: Path, old: bytes, mode: int, when: datetime) -> Path:
    """Keep `old`, what `target` holds now, as `NAME.halb-<time>.bak` beside it; returns the path of the copy.

    No second copy is made if the latest one has this content already, as after a run that was killed.
    Raises OSError.
    """
    earlier = backups(target)
    if earlier and content(earlier[-1]) == old:
        return earlier[-1]
    stamp = when.strftime("%Y%m%dT%H%M%S")
    path = target.with_name(f"{target.name}.halb-{stamp}.bak")
    number = 2
    while os.path.lexists(path):
        path = target.with_name(f"{target.name}.halb-{stamp}-{number}.bak")
        number += 1
    replace_file(path, old, mode)
    return path


def backups(target: Path) -> list[Path]:
    """The backups of a file, the latest last."""
    form = re.compile(re.escape(target.name) + r"\.halb-([0-9]{8}T[0-9]{6})(?:-([0-9]+))?\.bak")
    found = [(match, path) for path in target.parent.iterdir() if (match := form.fullmatch(path.name))]
    return [path for _, path in sorted(found, key=lambda item: (item[0][1], int(item[0][2] or 1)))]


def content(path: Path) -> bytes | None:
    """What a file holds, or None when it is not there."""
    try:
        return read_regular(path)
    except FileNotFoundError:
        return None
