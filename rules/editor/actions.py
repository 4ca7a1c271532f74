"""What an editor offers to do about findings: the fixes of rules, in all files that they change; ignore comments."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs
from lsprotocol.types import (
    CodeAction,
    CodeActionDisabled,
    CodeActionKind,
    Diagnostic,
    OptionalVersionedTextDocumentIdentifier,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)

from parsers.source import Source
from rules.editor.addresses import uri_of
from rules.editor.diagnostics import offsets_of, shown
from rules.editor.positions import places_of
from rules.files.rewriting import obstacle
from rules.fixes.applying import fix_all
from rules.fixes.edits import Change, changes_of
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.editor.judged import JudgedFiles
    from rules.engine.finding import Finding, Fix, Location, Report

FIX_ALL = "source.fixAll.halb"
Versions = Mapping[str, int | None]
"""Open files by path, with the versions that the editor has given their texts."""


class EditorSide:
    """What has to be known of the editor to make edits for it: how it counts, which texts it has open, what it takes.

    `address`: the name that it has for a file.
    """

    def __init__(self, encoding: str, versions: Versions, addresses: Mapping[str, str]) -> None:
        self.encoding = encoding
        self.versions = versions
        self.addresses = addresses
        self.versioned = True
        self.disabled = True

    def address(self, path: str) -> str:
        """A file's name in the editor."""
        return self.addresses.get(path) or uri_of(path)

    def edit(self, changes: Iterable[Change], sources: Mapping[str, Source]) -> WorkspaceEdit:
        """Changes to files as one edit that an editor makes whole or not at all."""
        edits: dict[str, list[TextEdit]] = {}
        for change in dict.fromkeys(changes):
            places = places_of(sources[change.path], self.encoding)
            edits.setdefault(change.path, []).append(TextEdit(places.range(change.start, change.end), change.text))
        if not self.versioned:
            return WorkspaceEdit(changes={self.address(path): found for path, found in edits.items()})
        return WorkspaceEdit(
            document_changes=[
                TextDocumentEdit(
                    OptionalVersionedTextDocumentIdentifier(self.address(path), self.versions.get(path)), list(found)
                )
                for path, found in edits.items()
            ]
        )


def fixes_on(
    scope: JudgedFiles, path: str, start: int, end: int, editor: EditorSide, shown_there: Iterable[Diagnostic] = ()
) -> Iterator[CodeAction]:
    """The fixes of the findings on the lines of a stretch of a file, and then the comments that would hide them."""
    diagnostics = list(shown_there)
    comments = []
    for finding in scope.report.findings:
        here = [at for at in (*finding.places, *finding.related) if at.file == path and _touches(at, start, end)]
        if not here:
            continue
        own = [d for d in diagnostics if d.code == finding.code and d.message.startswith(shown(finding.message)[:40])]
        action = _fix(scope, finding, path, editor, own)
        if action is not None:
            yield action
        if any(at in finding.places for at in here):
            comments.append(_ignore(finding, editor, own))
    yield from comments


def _touches(place: Location, start: int, end: int) -> bool:
    first, last = offsets_of(place)
    text = place.source.text
    line_end = text.find("\n", last)
    return text.rfind("\n", 0, first) < end and start <= (len(text) if line_end < 0 else line_end)


def _fix(
    scope: JudgedFiles, finding: Finding, path: str, editor: EditorSide, own: list[Diagnostic]
) -> CodeAction | None:
    fix = finding.fix
    changes = changes_of(fix) if fix is not None else ()
    if fix is None or not changes:
        return None
    files = {change.path for change in changes}
    title = f"{fix.title[:1].upper()}{fix.title[1:]} ({finding.code})"
    if files - {path}:
        also = "also " if path in files else ""
        title = f"{title}, {also}in {listed(sorted(_short(other, path) for other in files - {path}))}"
    if not fix.safe:
        title = f"{title}; look at what that changes"
    action = CodeAction(shown(title), kind=CodeActionKind.QuickFix, diagnostics=own or None)
    why = next((why for change in changes if (why := _obstacle(scope, change.path, editor))), "")
    if why:
        if not editor.disabled:
            return None
        action.disabled = CodeActionDisabled(why)
        return action
    return attrs.evolve(action, is_preferred=fix.safe, edit=editor.edit(changes, _sources(fix)))


def _obstacle(scope: JudgedFiles, path: str, editor: EditorSide) -> str:
    """Why a file is not to be changed, or ""."""
    if not scope.has(path):
        return f"{path} is none of the files that are checked together"
    if path not in editor.versions and not os.path.isfile(path):
        return f"{path} is not there any more"
    return "" if path in editor.versions else obstacle(path)


def _sources(fix: Fix) -> dict[str, Source]:
    return {span.source.path: span.source for _, span, _ in fix.steps}


def _short(path: str, here: str) -> str:
    """A file's path from the nearest folder that it shares with another one on."""
    return os.path.relpath(path, os.path.commonpath((path, here)))


def _ignore(finding: Finding, editor: EditorSide, own: list[Diagnostic]) -> CodeAction:
    """A comment above its line that hides a finding, on all nodes that have it."""
    place = finding.location
    source = place.source
    start = source.line_start(place.line)
    line = source.line(place.line)
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    end = "\r\n" if "\r\n" in source.text else "\n"
    change = Change(source.path, start, start, f"{indent}# halb: ignore[{finding.code}]{end}")
    title = f"Ignore {finding.code} {finding.name} on its line"
    edit = editor.edit([change], {source.path: source})
    return CodeAction(title, kind=CodeActionKind.QuickFix, diagnostics=own or None, edit=edit)


def fix_everything(scope: JudgedFiles, editor: EditorSide) -> CodeAction | None:
    """All safe fixes in all files that are judged together, as `halb-lint --fix` makes them; None without any."""
    run = scope.run
    sources = {source.path: source for source in run.sources}
    texts = {path: source.text for path, source in sources.items() if not _obstacle(scope, path, editor)}
    given = scope.texts()

    def judge(now: Mapping[str, str]) -> Report:
        return scope.run_on({**given, **now}).report()

    fixed = fix_all(texts, judge)
    if not fixed.texts:
        return None
    changes = [_difference(path, texts[path], new) for path, new in sorted(fixed.texts.items())]
    action = CodeAction("Fix everything that is safe to fix", kind=FIX_ALL)
    action.edit = editor.edit(changes, sources)
    return action


def _difference(path: str, old: str, new: str) -> Change:
    """What became of a text, as one change of the lines between the first and the last difference."""
    start = old.rfind("\n", 0, _same(old, new)) + 1
    tail = _same(old[start:][::-1], new[start:][::-1])
    return Change(path, start, len(old) - tail, new[start : len(new) - tail])


def _same(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)
