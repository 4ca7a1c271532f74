"""Merging halb's sections into each haproxy.cfg that has other sections too: every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from parsers.source import Source
from rules import Secrets
from wizard.files.manifest import Manifest, read_manifest
from wizard.files.survey import Files, PlannedFile, look

if TYPE_CHECKING:
    from parsers.tree import Problem

MERGEABLE = "haproxy.cfg"
"""The name of the files that can be merged; keepalived.conf is halb's as a whole."""


class Merging(NamedTuple):
    """The files to write, with the merged texts in place of the rendered ones.

    `bases` has, by path, the content that a text was merged into, and is valid for no other; `merged` are those that
    still contain something halb did not write. `asked`: the user wants existing files merged, so they may be replaced
    by the result. `foreign` are the files that can be merged and contain what halb did not write.
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
        """A place's state, or "merged" for a changed file that contains more than halb's sections."""
        return "merged" if state == "changed" and path in self.merged else state


def is_mergeable(path: str) -> bool:
    """Whether halb can change its own sections in a file, and leave the rest alone."""
    return PurePath(path).name == MERGEABLE


def merge_tree(
    directory: Path, files: Files, *, merge: bool = False, replace: bool = False, take_over: Sequence[str] = ()
) -> Merging:
    """Merge into what is below `directory`; reads the disk, writes nothing.

    A file that was merged before is merged again. With `merge`, so is one that halb did not write, or that was changed
    since; with `replace`, none is. A merged file keeps its mode: it may contain a password.
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
            notes.append(
                f"{directory / place.path}: sections that halb did not write are replaced too; the backup has them"
            )
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


def _is_to_merge(place: PlannedFile, manifest: Manifest, merge: bool) -> bool:
    if place.path in manifest.merged:
        return True
    return merge and place.old is not None and not manifest.has_written(place.path, place.old)


def _merged(path: Path, place: PlannedFile, take_over: Sequence[str]) -> tuple[str, list[str], list[str]]:
    """The merged text, the lines about problems, and those about what blocks nothing."""
    # These need the parsers, which the first paint does without.
    from parsers.haproxy import parse_haproxy
    from wizard.merge import merge_haproxy

    existing = Source.from_bytes(str(path), place.old or b"").text
    rendered = Source.from_bytes(str(path), place.new).text
    found = merge_haproxy(existing, rendered, path=str(path), take_over=take_over)
    secrets = Secrets(lambda: parse_haproxy(existing, str(path)).secrets)
    return found.text, list(_lines(found.problems, secrets)), list(_lines(found.notes, secrets))


def _lines(problems: Sequence[Problem], secrets: Secrets) -> Iterator[str]:
    for problem in problems:
        words = f"{problem.message}; {problem.help}" if problem.help else problem.message
        shown = secrets.message(words, [problem.span, *(span for span, _ in problem.related)])
        yield f"{problem.span.source.path}:{problem.span.line}: {shown}"
