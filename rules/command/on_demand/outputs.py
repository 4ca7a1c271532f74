"""Where a report goes besides stdout, and the formats that are written piece by piece."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from parsers.records import NamedTuple
from rules.command.errors import UsageError
from rules.command.streams import write_notes, write_results
from rules.report.formats import FOR_SERVICES, pieces, renderer
from rules.report.style import Style

if TYPE_CHECKING:
    from rules.command.arguments import LintArguments, Output
    from rules.engine.finding import Report
    from rules.failover.table.rows import FailoverTable

_ENOUGH = 1 << 16  # characters that are handed over at once


class Shown(NamedTuple):
    """What a run has to show: its report, the failover table if requested, and how texts look."""

    report: Report
    table: FailoverTable | None
    style: Style


def show(shown: Shown, arguments: LintArguments, fixed: str | None, say: Callable[[str], None]) -> None:
    """Write a report to the files that have a format of their own, and to stdout or the file in its place.

    `fixed` is the file that came from stdin: it takes the place of the report, which goes to stderr. Raises UsageError
    if a file can't be written.
    """
    if shown.table is not None and arguments.format == "json":
        _say_notes(shown.table, say)
    for output in arguments.outputs:
        if output.format is not None:
            own = arguments._replace(format=output.format)
            _write(output.path, _pieces(shown._replace(style=Style()), own, None))
    if arguments.statistics:
        from rules.command.on_demand.statistics import table, table_json

        as_json = arguments.format == "json"
        main: Iterable[str] = (table_json(shown.report) if as_json else table(shown.report, shown.style),)
    else:
        main = _pieces(shown, arguments, None if arguments.outputs else sys.stdout)
    write_plainly(main if fixed is None else (fixed,), arguments.outputs)
    if fixed is not None:
        write_notes("".join(main))


def write_plainly(text: Iterable[str], outputs: Sequence[Output]) -> None:
    """Write what goes to stdout there, or to the file that takes its place."""
    files = [output.path for output in outputs if output.format is None]
    if not files:
        for part in _together(text):
            write_results(part)
        return
    if len(files) > 1:
        text = tuple(text)
    for path in files:
        _write(path, text)


def _pieces(shown: Shown, arguments: LintArguments, to: TextIO | None) -> Iterable[str]:
    """The report in the format of these arguments; `to`: what it is written to, None for a file."""
    report, table, style = shown
    if arguments.format in FOR_SERVICES:
        return pieces(arguments.format, report, arguments.fail_on)
    if arguments.format == "json":
        from rules.report.json import render as render_json

        return (render_json(report, style, table),)
    findings = renderer(arguments.format)(report, style) if report.findings else ""
    if table is None:
        return (findings,)
    from rules.report import failover

    marks = failover.UNICODE if to is None else failover.marks_for(to.encoding)
    below = failover.render(table, style, marks)
    return (f"{findings}\n{below}" if findings else below,)


def _together(text: Iterable[str]) -> Iterator[str]:
    """The pieces in parts of some size: each takes a call to the system."""
    part: list[str] = []
    size = 0
    for piece in text:
        part.append(piece)
        size += len(piece)
        if size >= _ENOUGH:
            yield "".join(part)
            part, size = [], 0
    if part:
        yield "".join(part)


def _write(path: str, text: Iterable[str]) -> None:
    from rules.files.atomic import write_atomically

    try:
        write_atomically(Path(path), text)
    except OSError as error:
        raise UsageError(f"cannot write '{path}': {error.strerror}") from error


def _say_notes(table: FailoverTable, say: Callable[[str], None]) -> None:
    """The notes of the failover table: JSON, which has no place for them, sends them to stderr."""
    about = [note for block in table.blocks for note in block.notes]
    for note in dict.fromkeys((*about, *table.notes)):
        say(f"failover: {note}")
