"""Where a report goes besides stdout, and the formats that are written piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rules.command.errors import UsageError
from rules.command.streams import write_notes, write_results
from rules.report.formats import FOR_SERVICES, pieces

if TYPE_CHECKING:
    from rules.command.arguments import LintArguments, Output
    from rules.engine.finding import Report
    from rules.failover.table.rows import FailoverTable

_ENOUGH = 1 << 16  # characters that are handed over at once


def show(report: Report, text_of: Callable[[LintArguments], str], arguments: LintArguments, fixed: str | None) -> None:
    """Write a report to the files that have a format of their own, and to stdout or the file in its place.

    `text_of` makes the text for a format that is not piece by piece. `fixed` is the file that came from stdin: it takes
    the place of the report, which goes to stderr. Raises UsageError if a file can't be written.
    """
    for output in arguments.outputs:
        if output.format is not None:
            own = arguments._replace(format=output.format, color=False)
            _write(output.path, _pieces(report, text_of, own))
    if arguments.statistics:
        from rules.command.on_demand.statistics import table, table_json

        main: Iterable[str] = (table_json(report) if arguments.format == "json" else table(report, arguments.color),)
    else:
        main = _pieces(report, text_of, arguments)
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


def _pieces(report: Report, text_of: Callable[[LintArguments], str], arguments: LintArguments) -> Iterable[str]:
    if arguments.format in FOR_SERVICES:
        return pieces(arguments.format, report, arguments.fail_on)
    return (text_of(arguments),)


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


def say_notes(table: FailoverTable, say: Callable[[str], None]) -> None:
    """The notes of the failover table: JSON, which has no place for them, sends them to stderr."""
    about = [note for block in table.blocks for note in block.notes]
    for note in dict.fromkeys((*about, *table.notes)):
        say(f"failover: {note}")
