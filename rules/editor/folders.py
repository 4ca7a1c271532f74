"""Where the other nodes' files are looked for: the folder that has them all, and not half of a disk."""

from __future__ import annotations

import os

from rules.files.grouping import ROLE_FOLDERS

_MOST_ENTRIES = 5000
"""Files and folders below a workspace folder that are searched; where there are more, the file's own folder is."""
_FEW_FOLDERS = 200


def is_below(path: str, folder: str) -> bool:
    """Whether a file is in a folder, or in one below it."""
    return path.startswith(folder.rstrip("/") + "/")


def is_large(folder: str) -> bool:
    """Whether a folder has too much below it to be searched."""
    entries = 0
    for _, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        entries += len(folders) + len(files)
        if entries > _MOST_ENTRIES:
            return True
    return False


def among_twins(path: str, folder: str) -> str:
    """The folder in which each node has one of its own, for a file in one of these; else `folder`.

    Editors take lb1/ for the project if it has no other mark: then lb2/ beside it has a file of the same name, as far
    below. Neither the root nor somebody's home is such a folder, nor one with hundreds in it.
    """
    node = os.path.dirname(path)
    while os.path.basename(node) in ROLE_FOLDERS:
        node = os.path.dirname(node)
    above = os.path.dirname(node)
    if above.count("/") < 2 or above == os.path.expanduser("~") or not is_below(folder, above):
        return folder
    tail = os.path.relpath(path, node)
    twins = (os.path.join(above, other, tail) for other in _folders_in(above))
    return above if any(twin != path and os.path.isfile(twin) for twin in twins) else folder


def _folders_in(folder: str) -> list[str]:
    """The names of the folders in a folder; none if there are many."""
    try:
        found = [entry.name for entry in os.scandir(folder) if entry.is_dir()]
    except OSError:
        return []
    return found if len(found) <= _FEW_FOLDERS else []
