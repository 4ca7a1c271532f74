"""What a run has seen of the disk, to tell later whether it would see the same again.

The cache of results and `--watch` need it. Nothing is noted until `begin` is called. Loaded before everything else, so
it imports next to nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from stat import S_ISDIR, S_ISREG

try:
    from _blake2 import blake2b  # hashlib gives the same, and loads OpenSSL for it
except ImportError:
    from hashlib import blake2b

_ABSENT, _FOLDER, _FILE, _EXECUTABLE = b"-", b"d", b"f", b"x"


class Noted:
    """What was looked at: path -> its state. `whole` is False when something was that has no state to compare.

    `ended`: the run has said that this is all that it did, so that to repeat it is to print the same.
    """

    __slots__ = ("ended", "states", "whole")

    def __init__(self) -> None:
        self.states: dict[str, bytes] = {}
        self.whole = True
        self.ended = False


_now: Noted | None = None


def begin() -> Noted:
    """Note from now on what is looked at; gives where it is noted."""
    global _now  # noqa: PLW0603 - one run at a time, and what it reads is read in many places
    _now = Noted()
    return _now


def file(path: str, data: bytes) -> None:
    """Note what was read from a file."""
    if _now is not None:
        try:
            _note(path, _of_file(data, os.stat(path).st_mode))
        except OSError:
            unknown()


def folder(path: str, names: Iterable[str]) -> None:
    """Note the names in a folder, those of folders ending in a slash."""
    if _now is not None:
        _note(path, _of_folder(names))


def absent(path: str) -> None:
    """Note that nothing is there."""
    if _now is not None:
        _note(path, _ABSENT)


def look(path: str) -> None:
    """Note what is at a path now, where it is not read for anything else."""
    if _now is not None:
        _note(path, state(path))


def unknown() -> None:
    """Note that something else was looked at, so that nothing tells whether it would be the same again."""
    if _now is not None:
        _now.whole = False


def end() -> None:
    """Say that the run did nothing but to look at what was noted, and to print."""
    if _now is not None:
        _now.ended = True


def state(path: str) -> bytes:
    """What is at a path now, in the words in which it was noted; b"" for what can't be read."""
    try:
        mode = os.stat(path).st_mode
        if S_ISREG(mode):
            with open(path, "rb", buffering=0) as opened:
                return _of_file(opened.read(), mode)
        return _of_folder(names_in(path)) if S_ISDIR(mode) else b""
    except (FileNotFoundError, NotADirectoryError):
        return _ABSENT
    except (OSError, ValueError):
        return b""


def names_in(path: str) -> list[str]:
    """The names in a folder, as `folder` wants them."""
    with os.scandir(path) as entries:
        return [f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries]


def digest(parts: Iterable[bytes]) -> bytes:
    """A digest of a sequence of byte strings."""
    made = blake2b(digest_size=20)
    for part in parts:
        made.update(b"%d:" % len(part))
        made.update(part)
    return made.digest()


def _note(path: str, what: bytes) -> None:
    if _now is not None and _now.states.setdefault(path, what) != what:
        _now.whole = False  # it has changed meanwhile


def _of_file(data: bytes, mode: int) -> bytes:
    # The execute bit matters: keepalived includes no file that has it.
    return (_EXECUTABLE if os.name == "posix" and mode & 0o111 else _FILE) + digest((data,))


def _of_folder(names: Iterable[str]) -> bytes:
    return _FOLDER + digest(os.fsencode(name) for name in sorted(names))
