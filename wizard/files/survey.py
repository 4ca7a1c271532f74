"""Looking before writing: what each file contains now, and what prevents writing it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from parsers.source import bytes_of
from rules.files import reason
from rules.plan import shown
from wizard.files.errors import ChangedError, StoreError
from wizard.files.manifest import FOLDER, Manifest

if TYPE_CHECKING:
    from wizard.files.origins import ImportedFile

Files = Mapping[str, tuple[str, int]]
"""Text and mode by path; paths are relative, with '/' between their parts."""

_BLOCK = 4096  # bytes; what the smallest file takes on common file systems
_SPARE = 64 * 1024  # bytes; for folders and the manifest


class PlannedFile(NamedTuple):
    """One file to write: where, its content (`old` None: it does not exist) and its new content."""

    path: str
    target: Path
    old: bytes | None
    old_mode: int
    new: bytes
    mode: int
    origin: ImportedFile | None = None
    """What it was imported from."""

    @property
    def base(self) -> bytes | None:
        """What halb's content is compared with, and merged into: the file, else the one that was imported."""
        return self.old if self.old is not None or self.origin is None else self.origin.data

    def base_path(self, directory: Path) -> Path:
        """Where that is; the folder is the one that the file is below."""
        return directory / self.path if self.old is not None or self.origin is None else self.origin.path

    @property
    def base_mode(self) -> int:
        """The mode of the file that it is compared with."""
        return self.old_mode if self.old is not None or self.origin is None else self.origin.mode

    @property
    def change(self) -> str:
        """What becomes of the machine's file: as `state`, but "changed" for a new one that differs from its origin."""
        differs = self.old is None and self.origin is not None and self.origin.data != self.new
        return "changed" if differs else self.state

    @property
    def state(self) -> str:
        """What writing does: "new", "changed", "mode" (the content is right, the mode is not) or "unchanged"."""
        if self.old is None:
            return "new"
        if self.old != self.new:
            return "changed"
        return "unchanged" if self.old_mode == self.mode else "mode"


def look(
    directory: Path, files: Files, origins: Mapping[str, ImportedFile] = MappingProxyType({})
) -> list[PlannedFile]:
    """The files as they are, and as they are to be. Raises StoreError with everything that prevents that."""
    problems: list[str] = []
    places = []
    for path, (text, mode) in files.items():
        try:
            places.append(_place(directory, path, text, mode)._replace(origin=origins.get(path)))
        except ValueError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{directory / path}: {reason(error)}")
    problems += _in_each_others_way(places)
    if problems:
        raise StoreError(problems)
    return places


def shown_path(path: Path, directory: Path) -> str:
    """A file's path for people: from the folder, or the working directory, if it is in there."""
    for folder in (directory, Path()):
        near = os.path.relpath(path, folder)
        if not near.startswith(".."):
            return near
    return str(path)


def _in_each_others_way(places: Sequence[PlannedFile]) -> Iterator[str]:
    """Files that a load balancer's name, or a link, puts in the same place."""
    paths: dict[Path, str] = {}
    for place in places:
        if place.target in paths:
            yield f"{place.path} and {paths[place.target]} are the same file, {place.target}"
        paths[place.target] = place.path
    for place in places:
        for above in place.target.parents:
            if above in paths:
                yield f"{place.path}: {paths[above]} would be both a file and a folder; rename the machine"


def _place(directory: Path, path: str, text: str, mode: int) -> PlannedFile:
    target = _target(directory, path)
    old, old_mode = None, 0
    with suppress(FileNotFoundError):
        found = target.stat()
        if stat.S_ISDIR(found.st_mode):
            raise ValueError(f"{directory / path}: is a folder, not a file")
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(f"{directory / path}: is not a regular file")
        old, old_mode = target.read_bytes(), stat.S_IMODE(found.st_mode)
    return PlannedFile(path, target, old, old_mode, bytes_of(text), mode)


def _target(directory: Path, path: str) -> Path:
    """The file that is meant: links are followed, but not out of the folder."""
    parts = PurePosixPath(path).parts
    if not parts or "\0" in path or path.startswith("/") or ".." in parts or parts[0] == FOLDER:
        raise ValueError(f"{shown(path)} can't be the path of a file below {directory}")
    try:
        root, target = directory.resolve(), directory.joinpath(*parts).resolve()
    except RuntimeError as error:  # a link to itself; Python 3.13 raises OSError
        raise ValueError(f"{directory / path}: is a symbolic link to itself") from error
    if not target.is_relative_to(root):
        raise ValueError(f"{directory / path}: a symbolic link leads out of {directory}, to {target}; remove the link")
    return target


def check_writable(directory: Path, places: Sequence[PlannedFile]) -> None:
    """Check that every folder can be written to and the disk has room; raises StoreError."""
    changing = [place for place in places if place.state in ("new", "changed")]
    folders = dict.fromkeys([directory.resolve() / FOLDER, *(place.target.parent for place in changing)])
    problems = dict.fromkeys(problem for folder in folders for problem in _folder_problems(folder))
    if problems:
        raise StoreError(list(problems))
    problem = _space_problem(directory, changing)
    if problem:
        raise StoreError([problem])


def _folder_problems(folder: Path) -> Iterator[str]:
    nearest = _nearest(folder)
    if not nearest.is_dir():
        yield f"{nearest}: is a file, not a folder"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield f"{nearest}: can't be written to: permission denied, or the file system is read-only"


def _nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((above for above in (folder, *folder.parents) if os.path.lexists(above)), folder)


def _space_problem(directory: Path, changing: Sequence[PlannedFile]) -> str:
    sizes = [len(data) for place in changing for data in (place.new, place.old or b"")]
    needed = sum(size + _BLOCK for size in sizes) + _SPARE
    with suppress(OSError):
        disk = shutil.disk_usage(_nearest(directory))
        free = disk.free
        if disk.total and free < needed:  # some file systems report no size
            return f"{directory}: {-(-needed // 1024)} KiB are needed, and the disk has {free // 1024} KiB free"
    return ""


def check_unchanged(
    directory: Path, places: Sequence[PlannedFile], manifest: Manifest, seen: Mapping[str, str]
) -> None:
    """Check that every file to change contains what halb wrote, or what the caller has seen; raises ChangedError."""
    changed = {}
    for place in places:
        if place.state != "changed" or place.old is None or manifest.has_written(place.path, place.old):
            continue
        text = seen.get(place.path)
        if text is not None and place.old == bytes_of(text):
            continue
        known = manifest.knows(place.path)
        why = "was changed since halb wrote it" if known else "already exists, and halb did not write it"
        changed[str(directory / place.path)] = why
    if changed:
        raise ChangedError(changed)
