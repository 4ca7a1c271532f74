"""What a parser that must not touch files needs to know about `include`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class IncludedFile(NamedTuple):
    """One file that an include names: its path, and its text or why there is none.

    `reason` is "missing", "unreadable", "directory" or "executable" when `text` is None
    (keepalived skips directories and files with an execute bit).
    """

    path: str
    text: str | None
    reason: str = ""


class IncludeReader(Protocol):
    """Finds the files of an `include` line."""

    def __call__(self, pattern: str, base: str, variant: str) -> Sequence[IncludedFile] | str:
        """The files that match `pattern` (glob with `{a,b}`) in their order.

        `base` is the directory of the including file ("" when its path has none), `variant` the letter
        after `include` or "". A pattern without wildcard that matches nothing gives one entry with the
        reason "missing"; a wildcard that matches nothing gives an empty sequence. A string instead says
        that nobody can tell (the file was not among those given): the document is then incomplete,
        without a problem.
        """
        ...


def directory_of(path: str) -> str:
    """The directory part of a path, "" when it has none."""
    return path[: max(path.rfind("/"), path.rfind("\\"), 0)] or ("/" if path.startswith("/") else "")


def has_wildcard(pattern: str) -> bool:
    """Whether the pattern may match several files."""
    return any(char in pattern for char in "*?[")
