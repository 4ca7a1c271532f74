"""Where the other nodes' files are looked for: the folder that has them all, and not half of a disk."""

from __future__ import annotations

import os

_MOST_ENTRIES = 5000
"""Files and folders below a workspace folder that are searched; where there are more, the file's own folder is."""
_TWINS_ABOVE = 4  # lb1/etc/keepalived/keepalived.conf has its twin three folders above
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

    Editors take lb1/ for the project if it has no other mark: then lb2/ beside it has a file of the same name. Folders
    above that are looked at with a few folders in them only, and neither the root nor somebody's home.
    """
    rest, above = os.path.basename(path), os.path.dirname(path)
    for _ in range(_TWINS_ABOVE):
        rest, above = os.path.join(os.path.basename(above), rest), os.path.dirname(above)
        if above.count("/") < 2 or above == os.path.expanduser("~"):
            return folder
        tail = rest.partition("/")[2]
        twins = (os.path.join(above, other, tail) for other in _folders_in(above))
        if any(twin != path and os.path.isfile(twin) for twin in twins):
            return above if is_below(folder, above) else folder
    return folder


def _folders_in(folder: str) -> list[str]:
    """The names of the folders in a folder; none if there are many."""
    try:
        found = [entry.name for entry in os.scandir(folder) if entry.is_dir()]
    except OSError:
        return []
    return found if len(found) <= _FEW_FOLDERS else []
