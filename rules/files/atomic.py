"""Replacing a file in one step: readers see the old content or the new, never a part.

The mode is set before the file appears under its name, so a password is never readable by more than the mode allows.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

_SUFFIX = ".new"


def stage(target: Path, data: bytes | Iterable[bytes], mode: int) -> Path:
    """Write `data` (or its pieces) to a file next to `target`, flushed to disk, with this mode; returns its path.

    `os.replace` then moves it into place. Owner, group and extended attributes (ACLs among them) are those of `target`
    where the system lets us set them. If it raises OSError, nothing is left behind.
    """
    handle, name = mkstemp(prefix=f"{_prefix(target)}{os.getpid()}-", suffix=_SUFFIX, dir=target.parent)
    staged = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines((data,) if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
        _keep_attributes(target, staged)
        set_mode(staged, mode)
    except BaseException:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
        raise
    return staged


def replace_file(target: Path, data: bytes | Iterable[bytes], mode: int) -> None:
    """Write `data` to `target`, with this mode, in one step. If it raises OSError, `target` is unchanged."""
    staged = stage(target, data, mode)
    try:
        staged.replace(target)
    except BaseException:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def write_atomically(path: Path, text: str | Iterable[str]) -> None:
    """Write `text` (or its pieces, UTF-8) to `path` through a file next to it; an existing file keeps its mode.

    If it raises OSError, `path` is unchanged and nothing is left behind.
    """
    target = path.resolve()  # a link stays a link; its target is replaced
    pieces = (text,) if isinstance(text, str) else text
    if target.exists() and not target.is_file():
        # /dev/stdout and the like can't be replaced, only written to.
        with target.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(pieces)
        return
    mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
    for rest in _abandoned(target):
        with suppress(OSError):
            rest.unlink()
    replace_file(target, (piece.encode("utf-8", "backslashreplace") for piece in pieces), mode)


def _keep_attributes(target: Path, staged: Path) -> None:
    """Give a staged file the owner, the group and the extended attributes of the file that it is to replace."""
    try:
        there, new = target.stat(), staged.stat()
    except OSError:
        return
    if hasattr(os, "chown") and (there.st_uid, there.st_gid) != (new.st_uid, new.st_gid):
        with suppress(OSError):
            os.chown(staged, there.st_uid, there.st_gid)
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(target):
                with suppress(OSError):
                    os.setxattr(staged, name, os.getxattr(target, name))


def read_regular(path: Path, most: int = -1) -> bytes:
    """The content of a file, up to `most` bytes; raises OSError, also for what is no file: reading a pipe would wait
    for a writer.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return file.read(most)


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


def _abandoned(target: Path) -> list[Path]:
    """Those of `left_over` whose process is gone."""
    found = []
    for path in left_over(target):
        process = re.match(r"(\d+)-", path.name.removeprefix(_prefix(target)))
        if process is None or not _runs(int(process[1])):
            found.append(path)
    return found


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # another user's
    return True


def _prefix(target: Path) -> str:
    return f".{target.name}.halb-"


def reason(error: OSError) -> str:
    """What went wrong, in the system's words."""
    return (error.strerror or type(error).__name__).lower()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
