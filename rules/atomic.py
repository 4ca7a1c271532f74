"""Writing a file so that a reader sees the old content or the new, never a part."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Write `text` (UTF-8) to `path` by way of a file beside it; an existing file keeps its mode.

    Raises OSError; then `path` is as it was and nothing is left beside it.
    """
    from tempfile import NamedTemporaryFile

    target = path.resolve()  # a link stays a link, what it points at is replaced
    mode = target.stat().st_mode & 0o7777 if target.exists() else None
    if target.exists() and not target.is_file():
        # /dev/stdout and the like can't be replaced, only written to.
        target.write_text(text, encoding="utf-8", errors="backslashreplace")
        return
    with NamedTemporaryFile(
        "w",
        encoding="utf-8",
        errors="backslashreplace",
        dir=target.parent,
        prefix=f".{target.name}.",
        delete=False,
    ) as file:
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    try:
        Path(file.name).chmod(mode if mode is not None else 0o666 & ~_umask())
        Path(file.name).replace(target)
    except BaseException:
        Path(file.name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
