"""Writing changed texts back to the files that they were read from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from parsers.source import Source, bytes_of
from rules.files.atomic import reason, replace_file


class NotWrittenError(Exception):
    """A file was not changed; the message says which, why, and what was written before."""


def obstacle(path: str) -> str:
    """Why a file can't be replaced, or "": not a regular file, or a folder that must not be written to."""
    target = Path(path).resolve()  # a link stays a link
    if not target.is_file():
        return f"{path} is not a regular file"
    if not os.access(target, os.W_OK):
        return f"{path} is read-only"
    if not os.access(target.parent, os.W_OK):
        return f"the folder of {path} is read-only"
    return ""


def rewrite(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Replace files, each in one step, with mode, owner and extended attributes kept; a link stays one.

    `old` has the texts that the new ones were made from: if a file has another one by now, nothing is written at all.
    Raises NotWrittenError.
    """
    targets = {path: Path(path).resolve() for path in new}
    for path, target in targets.items():
        try:
            now = Source.from_bytes(path, target.read_bytes()).text
        except OSError as error:
            raise NotWrittenError(f"{path} cannot be read again: {reason(error)}; nothing was changed") from error
        if now != old[path]:
            raise NotWrittenError(f"{path} has changed meanwhile; nothing was changed, run it again")
    written: list[str] = []
    for path, target in targets.items():
        try:
            replace_file(target, bytes_of(new[path]), target.stat().st_mode & 0o7777)
        except OSError as error:
            before = f"; written before: {', '.join(written)}" if written else "; nothing was changed"
            raise NotWrittenError(f"{path} cannot be written: {reason(error)}{before}") from error
        written.append(path)
