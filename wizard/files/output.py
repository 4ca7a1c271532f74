"""Writing the files of a plan below one folder: all checks first, then every file at once; old content is kept."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from rules.files import flush_folder, left_over, reason, replace_file, set_mode, stage
from wizard.files.backups import content, keep_backup
from wizard.files.errors import StoreError
from wizard.files.manifest import FOLDER, Manifest, checksum, manifest_data, manifest_path, read_manifest
from wizard.files.merging import Merging
from wizard.files.survey import Files, PlannedFile, check_unchanged, check_writable, look


class FileWritten(NamedTuple):
    """What happened to one file: `state` is "new", "changed", "merged" (changed, and it still has other sections than
    halb's), "mode" (only the mode was wrong) or "unchanged".

    `backup` is the path, relative to the folder, of the file that keeps the old content.
    """

    path: str
    state: str
    backup: str | None = None


class Written(NamedTuple):
    """What happened to each file; `stale` are files that an earlier run wrote and the plan no longer has."""

    files: tuple[FileWritten, ...]
    stale: tuple[str, ...] = ()


def write_tree(
    directory: Path,
    files: Files,
    *,
    force: bool,
    when: datetime,
    seen: Mapping[str, str] | None = None,
    merging: Merging | None = None,
) -> Written:
    """Write these files below `directory`; the old content of a changed file stays beside it as a backup.

    `when` is the time in the names of the backups. `seen` are texts, by path, that the caller has read and built upon:
    a file that still has that text may be replaced even if halb did not write it. `merging` is what `files` came out
    of, where some of them are merged: those are written only over the content that they were merged into, forced or
    not.

    Raises ChangedError, unless forced, if a file contains what halb did not write; StoreError if something can't be
    written. Whatever can be checked is checked, and all new content is on the disk, before the first file changes.
    A run that is killed leaves the old or the new content of each file, and the next one completes it.
    """
    merging = merging or Merging()
    places = _checked(directory, files, force, seen or {}, merging)
    if all(place.state == "unchanged" for place in places) and _recorded(directory, places, merging.merged):
        return Written(tuple(FileWritten(place.path, "unchanged") for place in places), _stale(directory, files))
    try:
        with _locked(directory):
            places = _checked(directory, files, force, seen or {}, merging)
            backups = _write(directory, places, when, merging.merged)
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else directory
        raise StoreError([f"{where}: {reason(error)}"]) from error
    done = tuple(
        FileWritten(place.path, merging.state(place.path, place.state), backups.get(place.path)) for place in places
    )
    return Written(done, _stale(directory, files))


def _checked(
    directory: Path, files: Files, force: bool, seen: Mapping[str, str], merging: Merging
) -> list[PlannedFile]:
    places = look(directory, files, merging.origins)
    moved = [place for place in places if place.path in merging.bases and place.base != merging.bases[place.path]]
    if moved:
        raise StoreError(
            [f"{place.base_path(directory)}: was changed while halb was merging; run it again" for place in moved]
        )
    if not force:
        asked = merging.bases if merging.asked else {}
        rest = [place for place in places if place.path not in asked]
        check_unchanged(directory, rest, read_manifest(directory), seen)
    check_writable(directory, places)
    return places


def _recorded(directory: Path, places: Sequence[PlannedFile], merged: frozenset[str]) -> bool:
    manifest = read_manifest(directory)
    if manifest.begun or manifest.merged & {place.path for place in places} != merged:
        return False
    return all(manifest.written.get(place.path) == checksum(place.new) for place in places)


def _stale(directory: Path, files: Files) -> tuple[str, ...]:
    known = read_manifest(directory).written
    return tuple(path for path in sorted(known) if path not in files and (directory / path).is_file())


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Only one run at a time writes below a folder; the lock ends with the process, however that ends."""
    folder = directory / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(
                [f"{directory}: another halb-wizard is writing there; wait until it has finished"]
            ) from error
        yield
    finally:
        os.close(handle)


def _write(directory: Path, places: Sequence[PlannedFile], when: datetime, merged: frozenset[str]) -> dict[str, str]:
    """Write what differs; returns the backups by path."""
    changing = [place for place in places if place.state in ("new", "changed")]
    manifest = read_manifest(directory)
    staged: dict[Path, PlannedFile] = {}
    backups: dict[str, Path] = {}
    made: list[Path] = []
    try:
        for place in changing:
            made += _make_folders(place.target.parent)
            for rest in left_over(place.target):
                rest.unlink(missing_ok=True)
            staged[stage(place.target, place.new, place.mode)] = place
        for place in changing:
            if place.old is not None:
                # A copy of a file with a password is no more open than the file is to be.
                mode = place.old_mode & (place.mode | 0o600)
                backups[place.path] = keep_backup(place.target, place.old, mode, when)
        _record(directory, _begun(manifest, places, merged))
    except BaseException:
        for path in staged:
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise
    _put_in_place(staged)
    for place in places:
        if place.state == "mode":
            set_mode(place.target, place.mode)
    sums = {place.path: checksum(place.new) for place in places}
    there = _still_there(directory, manifest)
    _record(directory, Manifest(there | sums, {}, merged | (manifest.merged & there.keys() - sums.keys())))
    return {path: _below(directory, backup) for path, backup in backups.items()}


def _put_in_place(staged: Mapping[Path, PlannedFile]) -> None:
    """Move the new files into place; raises StoreError that says what is in place already if one can't be."""
    done: dict[Path, PlannedFile] = {}
    try:
        for path, place in staged.items():
            if content(place.target) != place.old:
                raise _stopped(f"{place.target}: was changed while halb was writing", done)
            try:
                path.replace(place.target)
            except OSError as error:  # immutable, or mounted on
                raise _stopped(f"{place.target}: {reason(error)}", done) from error
            done[path] = place
    finally:
        for path in staged:
            if path not in done:
                path.unlink(missing_ok=True)
        for folder in {path.parent for path in done}:
            flush_folder(folder)


def _stopped(problem: str, done: Mapping[Path, PlannedFile]) -> StoreError:
    written = [f"{place.target}: is written already" for place in done.values()]
    return StoreError(
        [f"{problem}; run it again to write the rest" if written else f"{problem}; run it again", *written]
    )


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; returns those that did not exist, the outermost first."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _begun(manifest: Manifest, places: Sequence[PlannedFile], merged: frozenset[str]) -> Manifest:
    """The manifest while files are being put in place: what is halb's now, and what will be."""
    now = {
        place.path: checksum(place.old)
        for place in places
        if place.old is not None and manifest.has_written(place.path, place.old)
    }
    begun = {place.path: checksum(place.new) for place in places}
    return Manifest({**manifest.written, **now}, begun, manifest.merged | merged)


def _still_there(directory: Path, manifest: Manifest) -> dict[str, str]:
    return {path: sum_ for path, sum_ in manifest.written.items() if (directory / path).is_file()}


def _record(directory: Path, manifest: Manifest) -> None:
    """Write the manifest; private, as a file's checksum can give away a short password in it."""
    path = manifest_path(directory)
    for rest in left_over(path):
        rest.unlink(missing_ok=True)
    replace_file(path, manifest_data(manifest), 0o600)


def _below(directory: Path, path: Path) -> str:
    return path.relative_to(directory.resolve()).as_posix()
