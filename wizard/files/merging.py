"""What becomes of each haproxy.cfg that holds sections of others: halb's go into it, every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from parsers.source import Source
from wizard.files.manifest import Manifest, read_manifest
from wizard.files.survey import Files, Place, look

if TYPE_CHECKING:
    from parsers.tree import Problem

MERGEABLE = "haproxy.cfg"
"""The name of the files that can be merged; keepalived.conf is halb's as a whole."""


class Merging(NamedTuple):
    """The files to write, with the merged texts in place of the rendered ones.

    `bases` has, by path, the content that a text was merged into, and holds for no other; `merged` are those of them
    in which something of others is left. `asked`: the user wants the files of others merged, so that they may be
    replaced by what was merged. `foreign` are the files that can be merged and hold what somebody else wrote.
    `problems` (nothing may be written then) and `notes` are lines with their places.
    """

    files: Mapping[str, tuple[str, int]] = {}
    bases: Mapping[str, bytes] = {}
    merged: frozenset[str] = frozenset()
    asked: bool = False
    foreign: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def state(self, path: str, state: str) -> str:
        """A place's state, or "merged" where a file is changed that others have something in."""
        return "merged" if state == "changed" and path in self.merged else state


def is_mergeable(path: str) -> bool:
    """Whether halb can change its own sections in a file, and leave the rest alone."""
    return PurePath(path).name == MERGEABLE


def merge_tree(
    directory: Path, files: Files, *, merge: bool = False, replace: bool = False, take_over: Sequence[str] = ()
) -> Merging:
    """Merge into what is below `directory`; reads the disk, writes nothing.

    A file that was merged before is merged again. With `merge`, so is one that somebody else wrote, or has changed
    since halb wrote it; with `replace`, none is. A merged file keeps its mode: it may hold a password of others.
    `take_over`: as for `merge_haproxy`. Raises StoreError for files that can't be read.
    """
    manifest = read_manifest(directory)
    texts, bases, foreign = dict(files), dict[str, bytes](), []
    whole: set[str] = set()
    problems: list[str] = []
    notes: list[str] = []
    for place in look(directory, files):
        if not is_mergeable(place.path) or place.old is None or place.old == place.new:
            continue
        if not manifest.has_written(place.path, place.old):
            foreign.append(place.path)
        if replace and place.path in manifest.merged:
            notes.append(f"{directory / place.path}: what others wrote in it is replaced too; the backup has it")
        if replace or not _is_to_merge(place, manifest, merge):
            continue
        text, wrong, remarks = _merged(directory / place.path, place, take_over)
        if wrong and place.path not in foreign:
            foreign.append(place.path)
        problems += wrong
        notes += remarks
        bases[place.path] = place.old
        if text == files[place.path][0]:
            whole.add(place.path)
        else:
            texts[place.path] = (text, place.old_mode)
    merged = frozenset(bases.keys() - whole)
    return Merging(texts, bases, merged, merge, tuple(foreign), tuple(problems), tuple(notes))


def _is_to_merge(place: Place, manifest: Manifest, merge: bool) -> bool:
    if place.path in manifest.merged:
        return True
    return merge and place.old is not None and not manifest.has_written(place.path, place.old)


def _merged(path: Path, place: Place, take_over: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """The merged text, and the lines about what stands in the way, and what does not."""
    from wizard.merge import merge_haproxy  # needs the parsers, which the first paint does without

    existing = Source.from_bytes(str(path), place.old or b"").text
    rendered = Source.from_bytes(str(path), place.new).text
    found = merge_haproxy(existing, rendered, path=str(path), take_over=take_over)
    return found.text, list(_lines(found.problems)), list(_lines(found.notes))


def _lines(problems: Sequence[Problem]) -> Iterator[str]:
    for problem in problems:
        words = f"{problem.message}; {problem.help}" if problem.help else problem.message
        yield f"{problem.span.source.path}:{problem.span.line}: {words}"
