"""What a parser that must not touch files needs to know about `include`."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class IncludedFile:
    """One file that an include names: its path, and its text or why there is none.

    `reason` is "missing", "unreadable", "directory" or "executable" when `text` is None
    (keepalived skips directories and files with an execute bit).
    """

    __slots__ = ("path", "reason", "text")

    def __init__(self, path: str, text: str | None, reason: str = "") -> None:
        self.path = path
        self.text = text
        self.reason = reason

    def __repr__(self) -> str:
        return f"IncludedFile({self.path!r}, {self.reason or 'read'!r})"


# Called with the pattern of an include line (glob with `{a,b}`), the directory of the including file ("" when its path
# has none), and the letter after `include` or "". Returns the matching files in their order: a pattern without
# wildcard that matches nothing is one entry with the reason "missing", a wildcard that matches nothing an empty
# sequence. A string instead says that it is not known (the file was not among those given): the document is then
# incomplete, without a problem.
Answer = Sequence[IncludedFile] | str
IncludeReader = Callable[[str, str, str], Answer]


def directory_of(path: str) -> str:
    """The directory part of a path, "" when it has none."""
    return path[: max(path.rfind("/"), path.rfind("\\"), 0)] or ("/" if path.startswith("/") else "")


def has_wildcard(pattern: str) -> bool:
    """Whether the pattern may match several files."""
    return any(char in pattern for char in "*?[")
