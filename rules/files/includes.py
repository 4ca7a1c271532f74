"""Where keepalived's `include` finds its files: on the disk, or among the files of a run.

The behaviour is that of keepalived 2.2.7: glob(3) with `{a,b}`, relative to the folder of the including file;
directories and files with an execute bit are skipped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from posixpath import normpath
from stat import S_ISREG

from parsers.keepalived.include import IncludedFile
from parsers.source import Source
from rules.files import seen

_BRACES = r"\{([^{}]*)\}"
_LIMIT = 1024  # names that one pattern may expand to; more is a mistake or malicious


def alternatives(pattern: str) -> list[str]:
    """The patterns that `{a,b}` groups expand to, in order."""
    done: list[str] = []
    open_ = [pattern]
    while open_ and len(done) + len(open_) <= _LIMIT:
        current = open_.pop(0)
        match = re.search(_BRACES, current)
        if match is None:
            done.append(current)
        else:
            open_[:0] = [current[: match.start()] + part + current[match.end() :] for part in match[1].split(",")]
    return done


def _is_wild(pattern: str) -> bool:
    return any(char in pattern for char in "*?[")


class DiskIncludes:
    """Reads included files from the disk."""

    def __call__(self, pattern: str, base: str, variant: str) -> Sequence[IncludedFile] | str:
        """The files that match the pattern; a name without a wildcard that does not exist is "missing".

        A wildcard that matches nothing is nothing only where the folder is there and empty. Else the pattern may be
        wrong, or right on another machine: what it includes is not known. `includew` and `includea` refuse both. In a
        copy of a machine's files, `lb1/etc/keepalived`, the path /etc/keepalived/... means the copy.
        """
        result = []
        for name in alternatives(pattern):
            path = in_copy(name, base) if os.path.isabs(name) else os.path.join(base, name)
            found = self._found(path)
            if not found and variant not in ("w", "a") and not _is_empty_folder(path):
                return "no file matches the pattern here"
            result += [_read(name) for name in found]
        return result

    @staticmethod
    def _found(path: str) -> list[str]:
        if not _is_wild(path):
            return [path]
        from glob import glob

        if _is_wild(os.path.dirname(path)):
            seen.unknown()
        else:
            _note_folder(os.path.dirname(path) or ".")
        return sorted(glob(path))


def in_copy(pattern: str, base: str) -> str:
    """Where an absolute pattern leads from a file in the folder `base`: into the same copy of a root directory."""
    folder = base if os.path.isabs(base) else f"/{base}"
    parent = os.path.dirname(pattern)
    while parent.count("/") >= 2:  # /etc alone says too little
        if folder.endswith(parent):
            whole = folder.removesuffix(parent) + pattern
            return whole if os.path.isabs(base) else whole.lstrip("/")
        parent = os.path.dirname(parent)
    return pattern


def _is_empty_folder(pattern: str) -> bool:
    """Whether the folder that a pattern with wildcards looks into exists, can be listed, and holds nothing."""
    folder = os.path.dirname(pattern[: min(pattern.find(char) for char in "*?[" if char in pattern)])
    try:
        return not any(not name.startswith(".") for name in os.listdir(folder or "."))
    except OSError:
        return False


def _note_folder(path: str) -> None:
    """Note what is in a folder, or that it is not there."""
    try:
        seen.folder(path, seen.names_in(path))
    except FileNotFoundError:
        seen.absent(path)
    except OSError:
        seen.unknown()


def _read(path: str) -> IncludedFile:
    try:
        status = os.stat(path)
        if not S_ISREG(status.st_mode):
            seen.unknown()
            return IncludedFile(path, None, "directory")
        if os.name == "posix" and status.st_mode & 0o111:
            seen.look(path)
            return IncludedFile(path, None, "executable")
        with open(path, "rb") as file:
            data = file.read()
        seen.file(path, data)
        return IncludedFile(path, Source.from_bytes(path, data).text)
    except FileNotFoundError:
        seen.absent(path)
        return IncludedFile(path, None, "missing")
    except OSError:
        seen.unknown()
        return IncludedFile(path, None, "unreadable")


class MappingIncludes:
    """Looks up included files among the texts of a run; files that are not among them are unknown."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {normpath(path): (path, text) for path, text in texts.items()}

    def __call__(self, pattern: str, base: str, variant: str) -> Sequence[IncludedFile] | str:
        """The given files that match the pattern, or why they are not known."""
        found = list(self._matching(pattern, base))
        return found or "the included file was not among those given"

    def _matching(self, pattern: str, base: str) -> Iterator[IncludedFile]:
        for name in alternatives(pattern):
            wanted = normpath(name if name.startswith("/") or not base else f"{base}/{name}")
            if not _is_wild(wanted):
                if wanted in self._texts:
                    yield IncludedFile(*self._texts[wanted])
                continue
            for path in sorted(self._texts):
                # A `*` of glob(3) does not cross a slash, one of fnmatch does.
                if path.count("/") == wanted.count("/") and fnmatchcase(path, wanted):
                    yield IncludedFile(*self._texts[path])
