"""Replacing a file in one step: readers see the old content or the new, never a part.

The mode is set before the file appears under its name, so a password is never readable by more than the mode allows.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

_SUFFIX = ".new"


def stage(target: Path, data: bytes, mode: int) -> Path:
    """Write `data` to a file next to `target`, flushed to disk, with this mode; returns its path.

    `os.replace` then moves it into place. If it raises OSError, nothing is left behind.
    """
    handle, name = mkstemp(prefix=_prefix(target), suffix=_SUFFIX, dir=target.parent)
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        set_mode(staged, mode)
    except BaseException:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
        raise
    return staged


def replace_file(target: Path, data: bytes, mode: int) -> None:
    """Write `data` to `target`, with this mode, in one step. If it raises OSError, `target` is unchanged."""
    staged = stage(target, data, mode)
    try:
        staged.replace(target)
    except BaseException:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def write_atomically(path: Path, text: str) -> None:
    """Write `text` (UTF-8) to `path` through a file next to it; an existing file keeps its mode.

    If it raises OSError, `path` is unchanged and nothing is left behind.
    """
    target = path.resolve()  # a link stays a link; its target is replaced
    if target.exists() and not target.is_file():
        # /dev/stdout and the like can't be replaced, only written to.
        target.write_text(text, encoding="utf-8", errors="backslashreplace")
        return
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
    replace_file(target, text.encode("utf-8", "backslashreplace"), mode)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to disk, if the system can: a rename then survives a power failure."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some network file systems can't flush folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def set_mode(path: Path, mode: int) -> None:
    """Set the mode, if the file system has modes; a FAT stick refuses, and has none."""
    with suppress(PermissionError, NotImplementedError):
        path.chmod(mode)


def left_over(target: Path) -> list[Path]:
    """What killed runs left next to `target`: staged files for it and its backups that were never moved into place."""
    prefix = _prefix(target)
    with suppress(OSError):
        names = sorted(os.listdir(target.parent))
        return [target.parent / name for name in names if name.startswith(prefix) and name.endswith(_SUFFIX)]
    return []


def _prefix(target: Path) -> str:
    return f".{target.name}.halb-"


def reason(error: OSError) -> str:
    """What went wrong, in the system's words."""
    return (error.strerror or type(error).__name__).lower()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
