"""Findings as an editor shows them: at every place, with the places of the other nodes, and the help below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsprotocol.types import (
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
    Position,
    Range,
)
from lsprotocol.types import Location as EditorLocation

from parsers.source import Source
from rules.editor.addresses import uri_of
from rules.editor.positions import places_of
from rules.engine.finding import Finding, Location, Report, Severity
from rules.report.style import printable

if TYPE_CHECKING:
    from rules.editor.judged import JudgedFiles, Trouble

SOURCE = "halb-lint"
_SEVERITIES = {
    Severity.ERROR: DiagnosticSeverity.Error,
    Severity.WARNING: DiagnosticSeverity.Warning,
    Severity.INFO: DiagnosticSeverity.Information,
}
_UNUSED = ("unused-definition", "track-script-not-referenced")
_OUTDATED = ("removed-keyword", "deprecated-keyword")
_MOST_RELATED = 50


def diagnostics_of(scope: JudgedFiles, encoding: str) -> dict[str, list[Diagnostic]]:
    """The diagnostics of a scope by path; a file without any has an empty list."""
    report = scope.report
    found: dict[str, list[Diagnostic]] = {source.path: [] for source in scope.run.sources if "<" not in source.path}
    for path, diagnostic in _all(report, encoding):
        if path in found:
            found[path].append(diagnostic)
    if scope.trouble is not None:
        found.setdefault(scope.trouble.path, []).append(_of_trouble(scope.trouble))
    return found


def diagnostics_in(report: Report, path: str, encoding: str) -> list[Diagnostic]:
    """The diagnostics of one file."""
    return [diagnostic for place, diagnostic in _all(report, encoding) if place == path]


def _all(report: Report, encoding: str) -> Iterator[tuple[str, Diagnostic]]:
    for finding in report.findings:
        seen = set()
        for place in finding.places:
            # A file that serves several nodes has one such place.
            if (place.file, place.line, place.column) not in seen:
                seen.add((place.file, place.line, place.column))
                yield place.file, _diagnostic(finding, place, encoding)
        files = {place.file for place in finding.places}
        for place in finding.related[:_MOST_RELATED]:
            if place.file not in files:
                files.add(place.file)
                yield place.file, _back(finding, place, encoding)


def range_at(place: Location, encoding: str) -> Range:
    """The range of a finding's place."""
    start, end = offsets_of(place)
    return places_of(place.source, encoding).range(start, end)


def offsets_of(place: Location) -> tuple[int, int]:
    """The offsets of a place's first character, and behind its last one."""
    source = place.source
    return _offset(source, place.line, place.column), _offset(source, place.end_line, place.end_column)


def _offset(source: Source, line: int, column: int) -> int:
    return source.line_start(line) + column - 1 if line <= len(source.starts()) else len(source.text)


def _diagnostic(finding: Finding, place: Location, encoding: str) -> Diagnostic:
    words = finding.message if not finding.nodes else f"{finding.nodes}: {finding.message}"
    if finding.help:
        words = f"{words}\nhelp: {finding.help}"
    others = [other for other in finding.places if other is not place]
    related = [
        DiagnosticRelatedInformation(
            EditorLocation(uri_of(other.file), range_at(other, encoding)), _note(other, finding.message)
        )
        for other in (*others, *finding.related)[:_MOST_RELATED]
        if "<" not in other.file
    ]
    tags = [DiagnosticTag.Unnecessary] if finding.name in _UNUSED else []
    tags += [DiagnosticTag.Deprecated] if finding.name in _OUTDATED else []
    return Diagnostic(
        range=range_at(place, encoding),
        message=shown(words),
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source=SOURCE,
        tags=tags or None,
        related_information=related or None,
    )


def _back(finding: Finding, place: Location, encoding: str) -> Diagnostic:
    """A hint at a further place of a finding in another file, which leads to the finding."""
    at = finding.location
    words = f"{finding.message} (in {at.file.rpartition('/')[2]} of {at.node})"
    here = EditorLocation(uri_of(at.file), range_at(at, encoding))
    return Diagnostic(
        range=range_at(place, encoding),
        message=shown(words),
        severity=DiagnosticSeverity.Hint,
        code=finding.code,
        source=SOURCE,
        related_information=[DiagnosticRelatedInformation(here, shown(finding.message))]
        if "<" not in at.file
        else None,
    )


def _note(place: Location, message: str) -> str:
    words = place.note or message
    return shown(words if not place.node or words.startswith(place.node) else f"{place.node}: {words}")


def shown(text: str) -> str:
    """A text without what no editor can show: each line is made printable."""
    return "\n".join(map(printable, text.split("\n")))


def _of_trouble(trouble: Trouble) -> Diagnostic:
    line = trouble.line - 1
    return Diagnostic(
        range=Range(Position(line, 0), Position(line, 1000)),
        message=shown(f"halb.toml is not used: {trouble.text}"),
        severity=DiagnosticSeverity.Error,
        source=SOURCE,
    )
