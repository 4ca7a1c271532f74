"""Merging halb's sections into each haproxy.cfg that has other sections too: every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from parsers.source import Source
from rules import NodeFiles, Secrets
from wizard.files.manifest import Manifest, read_manifest
from wizard.files.survey import Files, PlannedFile, look, shown_path

if TYPE_CHECKING:
    from parsers.tree import Problem
    from wizard.files.origins import ImportedFile, Origins
    from wizard.merge.model import Endpoint, Merged, SectionChange, TakeOver

MERGEABLE = "haproxy.cfg"
"""The name of the files that can be merged; keepalived.conf is halb's as a whole."""
_CONFIGURATIONS = (MERGEABLE, "keepalived.conf")


class Base(NamedTuple):
    """A configuration that halb did not write, and that halb's takes the place of: its path as shown, its text."""

    path: str
    text: str


class Merging(NamedTuple):
    """The files to write, with the merged texts in place of the rendered ones.

    `bases` has, by path, the content that a text was merged into, and is valid for no other; `merged` are those that
    still contain something halb did not write. `asked`: the user wants existing files merged, so they may be replaced
    by the result. `foreign` are the files that can be merged and contain what halb did not write, in the folder or in
    the file that was imported; `others` are all such configurations, `in_the_way` the sections in them that halb's
    could take the place of, `services` those that listen besides, `removed` the sections that a merge takes out; each
    by path. `origins` are the imported files. `problems` (nothing may be written then) and `notes` are lines with their
    places.
    """

    files: Mapping[str, tuple[str, int]] = {}
    bases: Mapping[str, bytes] = {}
    merged: frozenset[str] = frozenset()
    asked: bool = False
    foreign: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    others: Mapping[str, Base] = {}
    in_the_way: Mapping[str, tuple[TakeOver, ...]] = {}
    services: Mapping[str, tuple[str, ...]] = {}
    removed: Mapping[str, tuple[SectionChange, ...]] = {}
    origins: Mapping[str, ImportedFile] = {}

    def state(self, path: str, state: str) -> str:
        """A place's state, or "merged" for a new or changed file that contains more than halb's sections."""
        return "merged" if state in ("new", "changed") and path in self.merged else state


def is_mergeable(path: str) -> bool:
    """Whether halb can change its own sections in a file, and leave the rest alone."""
    return PurePath(path).name == MERGEABLE


def merge_tree(
    directory: Path,
    files: Files,
    *,
    merge: bool = False,
    replace: bool = False,
    take_over: Sequence[str] = (),
    endpoint: Endpoint = "keep",
    origins: Origins | None = None,
) -> Merging:
    """Merge into what is below `directory`, or was imported from `origins`; reads the disk, writes nothing.

    A file that was merged before is merged again. With `merge`, so is one that halb did not write, or that was changed
    since; with `replace`, none is. A merged file keeps its mode: it may contain a password.
    `take_over` and `endpoint`: as for `merge_haproxy`. Raises StoreError for files that can't be read.
    """
    found = _Found(directory, dict(files), [*origins.notes] if origins else [])
    manifest = read_manifest(directory)
    for place in look(directory, files, origins.files if origins else {}):
        if place.base is None or place.base == place.new or PurePath(place.path).name not in _CONFIGURATIONS:
            continue
        foreign = place.old is None or not manifest.has_written(place.path, place.old)
        if foreign:
            text = Source.from_bytes(place.path, place.base).text
            found.others[place.path] = Base(shown_path(place.base_path(directory), directory), text)
        if not is_mergeable(place.path):
            continue
        if foreign:
            found.foreign.append(place.path)
        if replace and place.path in manifest.merged:
            found.notes.append(
                f"{directory / place.path}: sections that halb did not write are replaced too; the backup has them"
            )
        wanted = not replace and _is_to_merge(place, manifest, merge)
        if wanted or foreign:
            found.take(place, _merged(directory, place, take_over, endpoint if merge else "keep"), wanted=wanted)
    merged = frozenset(found.bases.keys() - found.whole)
    return Merging(
        found.texts, found.bases, merged, merge, tuple(found.foreign), tuple(found.problems), tuple(found.notes),
        found.others, found.in_the_way, found.services, found.removed, origins.files if origins else {},
    )  # fmt: skip


class _Found:
    """What is collected file by file; the names are those of `Merging`. `whole` are merged files without a rest."""

    def __init__(self, directory: Path, texts: dict[str, tuple[str, int]], notes: list[str]) -> None:
        self.directory = directory
        self.texts = texts
        self.notes = notes
        self.bases: dict[str, bytes] = {}
        self.whole: set[str] = set()
        self.foreign: list[str] = []
        self.problems: list[str] = []
        self.others: dict[str, Base] = {}
        self.in_the_way: dict[str, tuple[TakeOver, ...]] = {}
        self.services: dict[str, tuple[str, ...]] = {}
        self.removed: dict[str, tuple[SectionChange, ...]] = {}

    def take(self, place: PlannedFile, merged: Merged, *, wanted: bool) -> None:
        """Note what a merge found; its text counts where it is `wanted`."""
        path = place.path
        self.in_the_way[path], self.services[path] = merged.in_the_way, merged.services
        if not wanted or place.base is None:
            return
        wrong = _lines(merged.problems, self.directory, place)
        if wrong and path not in self.foreign:
            self.foreign.append(path)
        self.problems += wrong
        self.notes += _lines(merged.notes, self.directory, place)
        self.bases[path] = place.base
        self.removed[path] = tuple(change for change in merged.changes if change.kind == "removed")
        if merged.text == self.texts[path][0]:
            self.whole.add(path)
        else:
            self.texts[path] = (merged.text, place.base_mode)


def dropped(merging: Merging) -> tuple[str, ...]:
    """A line for everything in the configurations of others that is no longer there afterwards, worst first."""
    from wizard.importer.dropped import dropped as lines

    if not merging.others:
        return ()
    nodes: dict[str, list[str]] = {}
    for path in merging.others:
        nodes.setdefault(path.partition("/")[0], []).append(path)
    # Several nodes may have been imported from the same file, so that the texts go by halb's own paths.
    texts = {path: base.text for path, base in merging.others.items()}
    new = {path: merging.files[path][0] for path in texts}
    groups = [
        NodeFiles(
            name,
            tuple(path for path in paths if is_mergeable(path)),
            tuple(path for path in paths if not is_mergeable(path)),
        )
        for name, paths in nodes.items()
    ]
    names = {path: base.path for path, base in merging.others.items()}
    return tuple(left.line(names) for left in lines(texts, new, groups))


def _is_to_merge(place: PlannedFile, manifest: Manifest, merge: bool) -> bool:
    if place.path in manifest.merged and place.old is not None:
        return True
    return merge and (place.old is None or not manifest.has_written(place.path, place.old))


def _merged(directory: Path, place: PlannedFile, take_over: Sequence[str], endpoint: Endpoint) -> Merged:
    # It needs the parsers, which the first paint does without.
    from wizard.merge import merge_haproxy

    path = str(place.base_path(directory))
    existing = Source.from_bytes(path, place.base or b"").text
    rendered = Source.from_bytes(path, place.new).text
    return merge_haproxy(existing, rendered, path=path, take_over=take_over, endpoint=endpoint)


def _lines(problems: Sequence[Problem], directory: Path, place: PlannedFile) -> list[str]:
    from parsers.haproxy import parse_haproxy

    path = str(place.base_path(directory))
    existing = Source.from_bytes(path, place.base or b"").text
    return list(_shown(problems, Secrets(lambda: parse_haproxy(existing, path).secrets)))


def _shown(problems: Sequence[Problem], secrets: Secrets) -> Iterator[str]:
    for problem in problems:
        words = f"{problem.message}; {problem.help}" if problem.help else problem.message
        shown = secrets.message(words, [problem.span, *(span for span, _ in problem.related)])
        yield f"{problem.span.source.path}:{problem.span.line}: {shown}"
