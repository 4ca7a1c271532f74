"""`--baseline` and `--write-baseline`: the findings that are known already, by their fingerprints.

A fingerprint is made of the code, the node, the file's path and the words of the line, so an entry lasts while lines
above it change, and ends when its line does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsers.records import NamedTuple
from rules.command.errors import UsageError
from rules.engine.registry import Scope, find_rules
from rules.release import version
from rules.report.json import Seen
from rules.report.style import printable
from rules.text.wording import counted

if TYPE_CHECKING:
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


Baseline = Mapping[str, KnownFinding]
"""Fingerprint -> entry."""


def read_baseline(path: str) -> Baseline:
    """The entries of a baseline; raises UsageError with the reason if the file is none that this release reads."""
    try:
        data = json.loads(Path(path).read_bytes())
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
    except (KeyError, TypeError) as error:
        raise UsageError(f"--baseline {path}: is damaged: an entry is not as it was written; {_HOW} {path}") from error
    return {entry.fingerprint: entry for entry in entries}


def _entry(item: Any) -> KnownFinding:
    entry = KnownFinding(*(item[field] for field in KnownFinding._fields))
    if not all(isinstance(word, str) for word in entry):
        raise TypeError("not a text")
    return entry


def hidden(report: Report, baseline: Baseline) -> Report:
    """The report without the findings that a baseline has."""
    seen = Seen(report)
    names = {finding: seen.fingerprint(finding) for finding in report.findings}
    return report.without({finding for finding, name in names.items() if name in baseline}, names)


def write_baseline(path: str, report: Report) -> None:
    """Record all findings of a report; raises UsageError if the file can't be written."""
    from rules.files.atomic import write_atomically

    seen = Seen(report)
    findings = [
        {
            "fingerprint": seen.fingerprint(finding),
            "code": finding.code,
            "name": finding.name,
            "node": finding.location.node,
            "file": finding.location.file,
            "message": finding.message,
        }
        for finding in report.findings
    ]
    document = {"baseline": _SCHEMA, "tool": {"name": "halb-lint", "version": version()}, "findings": findings}
    try:
        write_atomically(Path(path), json.dumps(document, indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"cannot write '{path}': {(error.strerror or str(error)).lower()}") from error


def record(path: str, report: Report, errors: Sequence[str], say: Callable[[str], None]) -> None:
    """Write the baseline of a whole run, and tell; raises UsageError if something of the run is missing."""
    if errors or report.crashes:
        what = errors[0] if errors else report.crashes[0]
        raise UsageError(f"'{path}' was not written, as findings would be missing in it: {what}")
    write_baseline(path, report)
    say(f"recorded {counted(len(report.findings), 'finding')} in {path}; leave them out with --baseline {path}")


def say_stale(path: str, baseline: Baseline, run: Run, report: Report, say: Callable[[str], None]) -> None:
    """Tell which entries have no finding any more, of those that this run would have found."""
    if report.crashes:
        return
    stale = list(_stale(baseline, run, report))
    if not stale:
        return
    named = ", ".join(printable(f"{entry.code} {entry.name} in {entry.file}") for entry in stale[:_SHOWN])
    more = f" and {len(stale) - _SHOWN} more" if len(stale) > _SHOWN else ""
    entries = "1 entry is" if len(stale) == 1 else f"{len(stale)} entries are"
    say(f"{path}: {entries} stale, the findings are gone: {named}{more}; {_HOW} {path}")


def _stale(baseline: Baseline, run: Run, report: Report) -> Iterator[KnownFinding]:
    found = set(report.fingerprints.values())
    read = {source.path for source in run.sources}
    looked: dict[str, bool] = {}
    for fingerprint, entry in baseline.items():
        if fingerprint in found or (entry.file not in read and os.path.exists(entry.file)):
            continue
        if entry.code not in looked:
            looked[entry.code] = _looked(entry.code, run)
        if looked[entry.code]:
            yield entry


def _looked(code: str, run: Run) -> bool:
    """Whether a run looked for the findings of a rule; also for one that exists no more."""
    rules = [rule for rule in find_rules(code) if rule.code == code]
    return all(
        code in run.ran if rule.scope.live or rule.scope in _ONLY_WHEN_ASKED else rule in run.options.selection
        for rule in rules
    )


_ONLY_WHEN_ASKED: Sequence[Scope] = (Scope.MACHINE, Scope.CLUSTER)
