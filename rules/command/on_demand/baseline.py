"""`--baseline` and `--write-baseline`: the findings that are known already, by their fingerprints.

A fingerprint is made of the code, the node, the file's path and the words of the line, so an entry lasts while lines
above it change, and ends when its line does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsers.records import NamedTuple
from rules.command.errors import UsageError
from rules.engine.registry import Scope, find_rules
from rules.files import seen
from rules.release import version
from rules.report.json import Seen
from rules.report.style import printable
from rules.text.wording import counted

if TYPE_CHECKING:
    from rules.command.arguments import LintArguments
    from rules.engine.finding import Report
    from rules.engine.run import Run

_SCHEMA = 1
_SHOWN = 5  # stale entries that are named
_HOW = "write it anew with --write-baseline"


class KnownFinding(NamedTuple):
    """An entry of a baseline: a finding that is not to be reported."""

    fingerprint: str
    code: str
    name: str
    node: str
    file: str


class Baseline:
    """Entries by their fingerprints, and what was found of them so far."""

    def __init__(self, entries: Sequence[KnownFinding], files: Sequence[str]) -> None:
        """`files`: all that the run which wrote it had read."""
        self.files = files
        self.entries = {entry.fingerprint: entry for entry in entries}
        self.found: set[str] = set()

    def hidden(self, report: Report) -> Report:
        """The report without the findings that the baseline has, with all of their places."""
        seen, names = Seen(report), Seen(report)
        known = set()
        for finding in report.findings:
            places = {name for name, _ in seen.every(finding)}
            self.found |= places
            if places <= self.entries.keys():
                known.add(finding)
        return report.without(known, {finding: names.fingerprint(finding) for finding in report.findings})


def read_baseline(path: str) -> Baseline:
    """The entries of a baseline; raises UsageError with the reason if the file is none that this release reads."""
    try:
        read = Path(path).read_bytes()
        seen.file(path, read)
        data = json.loads(read)
    except FileNotFoundError as error:
        raise UsageError(f"--baseline {path}: no such file; make it with --write-baseline {path}") from error
    except OSError as error:
        raise UsageError(f"--baseline {path}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--baseline {path}: is not JSON; {_HOW} {path}") from error
    schema = data.get("baseline") if isinstance(data, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise UsageError(f"--baseline {path}: is no baseline of halb-lint; {_HOW} {path}")
    if schema > _SCHEMA:
        raise UsageError(
            f"--baseline {path}: was written by a later halb-lint (format {schema}; this one, {version()}, reads "
            f"{_SCHEMA}); update halb-lint, or {_HOW} {path}"
        )
    try:
        entries = [_entry(item) for item in data["findings"]]
        files = [_text(path) for path in data["files"]]
    except (KeyError, TypeError) as error:
        raise UsageError(f"--baseline {path}: is damaged: an entry is not as it was written; {_HOW} {path}") from error
    return Baseline(entries, files)


def _entry(item: Any) -> KnownFinding:
    return KnownFinding(*(_text(item[field]) for field in KnownFinding._fields))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _write(path: str, report: Report, files: Iterable[str]) -> None:
    """Record all findings of a report; raises UsageError if the file can't be written."""
    from rules.files.atomic import write_atomically

    seen = Seen(report)
    findings = [
        {
            "fingerprint": name,
            "code": finding.code,
            "name": finding.name,
            "node": at.node,
            "file": at.file,
            "message": finding.message,
        }
        for finding in report.findings
        for name, at in seen.every(finding)
    ]
    document: dict[str, Any] = {"baseline": _SCHEMA, "tool": {"name": "halb-lint", "version": version()}}
    document |= {"files": sorted(set(files)), "findings": findings}
    try:
        write_atomically(Path(path), json.dumps(document, indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"cannot write '{path}': {(error.strerror or str(error)).lower()}") from error


def write_or_tell(
    arguments: LintArguments,
    known: Baseline | None,
    run: Run,
    report: Report,
    errors: Sequence[str],
    say: Callable[[str], None],
) -> bool:
    """With `--write-baseline`, write it: then that was all; with `--baseline`, tell which entries are stale."""
    if arguments.write_baseline is not None:
        _record(arguments.write_baseline, run, report, errors, say)
        return True
    if known is not None:
        _say_stale(str(arguments.baseline), known, run, report, say)
    return False


def _record(path: str, run: Run, report: Report, errors: Sequence[str], say: Callable[[str], None]) -> None:
    """Write the baseline of a whole run, and tell; raises UsageError if something of the run is missing."""
    if errors or report.crashes:
        what = errors[0] if errors else report.crashes[0]
        raise UsageError(f"'{path}' was not written, as findings would be missing in it: {what}")
    _write(path, report, (source.path for source in run.sources))
    say(f"recorded {counted(len(report.findings), 'finding')} in {path}; leave them out with --baseline {path}")


def _say_stale(path: str, baseline: Baseline, run: Run, report: Report, say: Callable[[str], None]) -> None:
    """Tell which entries have no finding any more, of those that this run would have found."""
    if report.crashes:
        return
    stale = list(_stale(baseline, run))
    if not stale:
        return
    named = ", ".join(printable(f"{entry.code} {entry.name} in {entry.file}") for entry in stale[:_SHOWN])
    more = f" and {len(stale) - _SHOWN} more" if len(stale) > _SHOWN else ""
    entries = "1 entry is" if len(stale) == 1 else f"{len(stale)} entries are"
    say(f"{path}: {entries} stale, the findings are gone: {named}{more}; {_HOW} {path}")


def _stale(baseline: Baseline, run: Run) -> Iterator[KnownFinding]:
    read = {source.path for source in run.sources}
    whole = all(path in read or not os.path.exists(path) for path in baseline.files)
    looked: dict[str, bool] = {}
    for fingerprint, entry in baseline.entries.items():
        if fingerprint in baseline.found or (entry.file not in read and os.path.exists(entry.file)):
            continue
        if entry.code not in looked:
            looked[entry.code] = _looked(entry.code, run, whole)
        if looked[entry.code]:
            yield entry


def _looked(code: str, run: Run, whole: bool) -> bool:
    """Whether a run looked for the findings of a rule; also for one that exists no more.

    `whole`: it read all files that the baseline is about.
    """
    for rule in (rule for rule in find_rules(code) if rule.code == code):
        if rule not in run.options.selection or not (whole or rule.scope in _OF_ONE_FILE):
            return False
        if (rule.scope.live or rule.scope in _ONLY_WHEN_ASKED) and code not in run.ran:
            return False
    return True


_OF_ONE_FILE: Sequence[Scope] = (Scope.PARSE, Scope.KEEPALIVED, Scope.HAPROXY)
_ONLY_WHEN_ASKED: Sequence[Scope] = (Scope.MACHINE, Scope.NATIVE, Scope.CLUSTER)
