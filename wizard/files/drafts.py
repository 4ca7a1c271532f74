"""Drafts: unfinished plans, kept between two runs, one for each folder that the wizard was started for.

They are below $XDG_STATE_HOME (else ~/.local/state, XDG Base Directory Specification 0.8), readable by their owner
only, and never contain a password. Nothing here raises: a draft that can't be saved must not cost the user the plan.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from rules.files import left_over, read_regular, reason, replace_file
from rules.plan import LARGEST
from rules.report import without_secrets

_HEADER = "#:halb-draft "
_SUFFIX = ".toml"
_SLUG_LENGTH = 40
_ABANDONED = 3600  # seconds after which a staged file belongs to a run that was killed


class SavedDraft(NamedTuple):
    """A saved draft: halb.toml's syntax without passwords, the time, and the folder it is for (absolute)."""

    text: str
    saved: datetime
    directory: Path


class Failure(NamedTuple):
    """What went wrong, in one line for the user."""

    text: str


class DraftStore(Protocol):
    """Where drafts are kept; `wizard.files` is one."""

    def save(self, text: str, directory: Path) -> Path | Failure:
        """Save the draft of a folder; returns where, or what went wrong."""
        ...

    def load(self, directory: Path) -> SavedDraft | Failure | None:
        """The draft of a folder, if there is one."""
        ...

    def drop(self, directory: Path) -> Failure | None:
        """Remove the draft of a folder, if there is one."""
        ...


def save(text: str, directory: Path, *, when: datetime | None = None) -> Path | Failure:
    """Save the draft of a folder in place of an earlier one; `text` has halb.toml's syntax, however unfinished.

    Passwords are removed; a text that they can't be removed from is not saved. `when` is now by default. Returns the
    path of the draft.
    """
    import json

    try:
        kept = without_secrets(text)
    except ValueError as error:
        return Failure(f"the draft was not saved: {error}")
    try:
        kept.encode()
    except UnicodeEncodeError:
        return Failure("the draft was not saved: it has characters that no file can hold as UTF-8")
    if len(kept.encode()) > LARGEST:
        return Failure(f"the draft was not saved: it is larger than {LARGEST // 1024} KiB")
    saved = (when or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")
    about = json.dumps({"directory": os.path.realpath(directory), "saved": saved})
    try:
        path = _path(directory)
        _make_folder(path.parent)
        _clean(path)
        replace_file(path, f"{_HEADER}{about}\n{kept}".encode(), 0o600)
    except (OSError, ValueError) as error:
        return Failure(f"the draft was not saved: {_why(error)}")
    return path


def load(directory: Path) -> SavedDraft | Failure | None:
    """The draft of a folder, or None when there is none.

    A draft that can't be read is reported, and renamed to end in `.broken`, so that it blocks nothing.
    """
    try:
        path = _path(directory)
    except (OSError, ValueError) as error:
        return Failure(f"the draft can't be read: {_why(error)}")
    found = _read(path)
    if isinstance(found, SavedDraft) and found.directory != Path(os.path.realpath(directory)):
        return _set_aside(path, f"it is the draft of {found.directory}")
    return found


def drop(directory: Path) -> Failure | None:
    """Remove the draft of a folder, if there is one."""
    try:
        _path(directory).unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        return Failure(f"the draft was not removed: {_why(error)}")
    return None


def _folder() -> Path:
    state = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):  # the specification says to ignore relative paths
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            raise ValueError("there is no home folder; set XDG_STATE_HOME to an absolute path")
        state = os.path.join(home, ".local", "state")
    return Path(state, "halb", "drafts")


def drafts_folder() -> Path:
    """The folder of the drafts, made if it is not there, its owner's alone. Raises OSError, or ValueError without a
    home folder.
    """
    folder = _folder()
    _make_folder(folder)
    return folder


def _path(directory: Path) -> Path:
    """Where the draft of a folder is: its name for people, and a checksum of its whole path, with links resolved."""
    from hashlib import sha256

    real = os.path.realpath(directory)
    words = re.sub("[^a-z0-9]+", "-", os.path.basename(real).lower())[:_SLUG_LENGTH].strip("-")
    return _folder() / f"{words or 'folder'}-{sha256(os.fsencode(real)).hexdigest()[:12]}{_SUFFIX}"


def _make_folder(folder: Path) -> None:
    """Make the folder of the drafts; it and halb's own folder are private."""
    folder.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for own in (folder.parent, folder):
        own.mkdir(mode=0o700, exist_ok=True)
        if own.stat().st_mode & 0o077:
            own.chmod(0o700)


def _clean(path: Path) -> None:
    """Remove what killed runs left beside a draft; a recent file may belong to another wizard."""
    now = datetime.now(UTC).timestamp()
    for rest in left_over(path):
        with suppress(OSError):
            if now - rest.stat().st_mtime > _ABANDONED:
                rest.unlink()


def _read(path: Path) -> SavedDraft | Failure | None:
    try:
        data = read_regular(path, 2 * LARGEST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return _set_aside(path, reason(error))
    try:
        return _draft(data)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return _set_aside(path, "it is damaged")


def _draft(data: bytes) -> SavedDraft:
    """The draft in a file's content; raises all kinds of errors for a damaged one."""
    import json
    import tomllib

    header, _, text = data.decode().partition("\n")
    if not header.startswith(_HEADER) or len(data) >= 2 * LARGEST:
        raise ValueError(header)
    about: dict[str, Any] = json.loads(header.removeprefix(_HEADER))
    saved = datetime.fromisoformat(about["saved"])
    if saved.tzinfo is None:
        raise ValueError(saved)
    tomllib.loads(text)
    return SavedDraft(text, saved.astimezone(UTC), Path(about["directory"]))


def _set_aside(path: Path, why: str) -> Failure:
    aside = path.with_name(f"{path.name}.broken")
    try:
        path.replace(aside)
    except OSError as error:
        return Failure(f"the draft {path} can't be used: {why}; it can't be renamed either: {reason(error)}")
    return Failure(f"the draft {path} can't be used: {why}; renamed to {aside.name}")


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        where = error.filename if isinstance(error.filename, str) else ""
        return f"{where}: {reason(error)}" if where else reason(error)
    return str(error)
