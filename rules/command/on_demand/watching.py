"""`halb-lint --watch`: lint again when a file changes, and print what is new and what is gone."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn

from parsers.records import NamedTuple
from rules.command.errors import UsageError
from rules.command.streams import write_notes, write_results
from rules.engine.finding import Finding, Report
from rules.files import seen
from rules.report.formats import renderer
from rules.report.json import Seen
from rules.report.style import Style, printable
from rules.text.wording import listed

INTERVAL = 0.5
"""Seconds between two looks at the files' times: a stat for each file and folder."""
_SETTLED = 0.1  # seconds without another change, before what has changed is read: editors write in several steps
_PATIENCE = 20  # such times, at most
_NAMED = 3  # files that are named; of others the number is said

Times = Mapping[str, tuple[int, ...]]


class Looked(NamedTuple):
    """What a lint has shown: its report, what could not be read, and the line that sums it up."""

    report: Report
    notes: tuple[str, ...]
    summary: str


def watch(look: Callable[[], Looked], format_: str, style: Style, say: Callable[[str], None]) -> NoReturn:
    """Lint and print until Ctrl-C, or until nobody reads any more.

    The findings, then those that are new or gone, go to stdout; `say` says everything else. A halb.toml that is wrong
    for a while is said, and watching goes on. Raises UsageError for what is wrong at the start, KeyboardInterrupt and
    BrokenPipeError at the end.
    """
    gc.enable()  # a lint alone needs none, hundreds of them do
    try:
        _watch(look, format_, style, say)
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            write_notes("\n")  # the prompt gets a line of its own, below the terminal's ^C
        raise


def _watch(look: Callable[[], Looked], format_: str, style: Style, say: Callable[[str], None]) -> NoReturn:
    noted = seen.begin()
    shown = look()
    for note in shown.notes:
        say(note)
    write_results(renderer(format_)(shown.report, style) if shown.report.findings else "")
    say(shown.summary)
    say("watching the files; Ctrl-C ends it")
    times = _times(noted.states)
    answered: dict[str, bytes] = {}
    while True:
        # What has changed while it was read and judged, unless that was looked at once more already: some states may
        # never be as they were noted, and this must not become a busy loop.
        meanwhile = _changed_meanwhile(noted)
        changed = [path for path, state in meanwhile.items() if answered.get(path) != state]
        answered = meanwhile
        if not changed:
            changed, times = _wait(times)
        noted = seen.begin()
        say(f"{time.strftime('%H:%M:%S')} {_names(changed)} changed")
        try:
            looked = look()
        except UsageError as error:
            say(str(error))
            times = {**times, **_times(noted.states)}  # those that were not looked at: as they were before
            continue
        _show(shown, looked, renderer(format_), style, say)
        shown, times = looked, _times(noted.states)


def _changed_meanwhile(noted: seen.Noted) -> dict[str, bytes]:
    """What is not as it was noted any more, and how it is now."""
    now = {path: seen.state(path) for path in noted.states}
    return {path: state for path, state in now.items() if state != noted.states[path]}


def _times(paths: Iterable[str]) -> Times:
    return {path: _time(path) for path in paths}


def _time(path: str) -> tuple[int, ...]:
    """What changes with a file or folder; () where nothing is."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ()
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def _wait(times: Times) -> tuple[list[str], Times]:
    """Wait until something changes, and then until it has settled; gives the paths, and the times of all by then."""
    while times == (now := _times(times)):
        _pause(INTERVAL)
    for _ in range(_PATIENCE):
        _pause(_SETTLED)
        before, now = now, _times(times)
        if before == now:
            break
    return [path for path, time_ in times.items() if now[path] != time_], now


def _pause(seconds: float) -> None:
    """Wait; raises BrokenPipeError as soon as nobody reads stdout any more."""
    try:
        from select import poll
    except ImportError:  # Windows
        time.sleep(seconds)
        return
    reader = poll()
    reader.register(sys.stdout.fileno(), 0)  # an end that is gone needs no asking for
    if reader.poll(seconds * 1000):
        raise BrokenPipeError


def _names(changed: Iterable[str]) -> str:
    """The first paths in words; a folder changes with the files in it, and is named only if it has changed alone."""
    paths = list(changed)
    names = [printable(path) for path in paths if not os.path.isdir(path)] or [printable(path) for path in paths]
    more = [f"{len(names) - _NAMED} more"] if len(names) > _NAMED else []
    return listed([*names[:_NAMED], *more])


def _show(
    old: Looked, new: Looked, render: Callable[[Report, Style], str], style: Style, say: Callable[[str], None]
) -> None:
    """Print what is gone and what is new; what is the same is counted in the summary."""
    before, now = _named(old.report), _named(new.report)
    fresh = {finding for name, finding in now.items() if name not in before}
    gone = [finding for name, finding in before.items() if name not in now]
    for note in new.notes:
        if note not in old.notes:
            say(note)
    for finding in gone:
        at = finding.location
        text = f"{printable(at.file)}:{at.line}:{at.column}: {finding.code} {finding.name}"
        write_results(f"{style.paint('gone:', 'bold', 'green')} {text}\n")
    if fresh:
        known = [finding for finding in new.report.findings if finding not in fresh]
        write_results(f"{style.paint('new:', 'bold')}\n{render(new.report.without(known, {}), style)}")
    if not gone and not fresh:
        say("the findings are the same")
    say(new.summary)


def _named(report: Report) -> dict[str, Finding]:
    """The findings by names that survive edits elsewhere in their file."""
    names = Seen(report)
    return {names.fingerprint(finding): finding for finding in report.findings}
