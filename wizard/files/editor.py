"""The user's editor on a text: in a private folder beside the drafts, as the text may hold a password."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from rules.files import read_regular, reason
from rules.plan import LARGEST
from rules.report import printable
from wizard.files.drafts import Failure, drafts_folder

_PREFIX = "edit-"
_ABANDONED = 24 * 3600  # seconds after which the folder of an edit belongs to a run that was killed
_USUAL = ("editor", "nano", "vi", "vim")
_WITH_LINE = {"vi", "vim", "nvim", "nano", "emacs", "editor", "joe", "mcedit", "micro"}
"""Editors that take `+LINE`."""


def editor_command() -> list[str] | Failure:
    """The command of the editor: $VISUAL, $EDITOR, else Debian's `editor`, nano or vi, what there is."""
    for variable in ("VISUAL", "EDITOR"):
        if value := os.environ.get(variable, "").strip():
            try:
                words = shlex.split(value)
            except ValueError:
                words = []
            if not words or shutil.which(words[0]) is None:
                return Failure(f"{variable} is '{printable(value)}', and there is no such program")
            return words
    found = next((name for name in _USUAL if shutil.which(name)), None)
    if found is None:
        return Failure("there is no editor (nano, vi); leave with Ctrl+Q, set EDITOR to yours and start again")
    return [found]


@contextmanager
def text_to_edit(text: str) -> Iterator[Path]:
    """A file `halb.toml` with this text, which its owner alone can read; it is removed in the end, with what editors
    leave beside it.

    Raises OSError, or ValueError where there is no folder for it.
    """
    folder = drafts_folder()
    _clean(folder)
    own = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
    try:
        path = own / "halb.toml"
        path.touch(mode=0o600)
        path.write_bytes(text.encode("utf-8", "backslashreplace"))
        yield path
    finally:
        shutil.rmtree(own, ignore_errors=True)


def run_editor(command: list[str], path: Path, line: int = 0) -> str | Failure:
    """Run the editor on a file, on this terminal, until it ends; gives the text then, or what went wrong."""
    at = [f"+{line}"] if line and Path(command[0]).name in _WITH_LINE else []
    try:
        status = subprocess.run([*command, *at, str(path)], check=False).returncode
        if status:
            return Failure(f"'{printable(command[0])}' ended with status {status}, so nothing was taken over")
        data = read_regular(path, LARGEST + 1)
    except OSError as error:
        return Failure(f"the editor '{printable(command[0])}': {reason(error)}")
    if len(data) > LARGEST:
        return Failure(f"the text is larger than {LARGEST // 1024} KiB, which no halb.toml is")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Failure(f"line {line} is not UTF-8, so nothing was taken over")


def _clean(folder: Path) -> None:
    """Remove what killed runs left; a recent folder may belong to another wizard."""
    now = datetime.now(UTC).timestamp()
    for rest in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if now - rest.stat().st_mtime > _ABANDONED:
                shutil.rmtree(rest, ignore_errors=True)
