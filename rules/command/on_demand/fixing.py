"""`halb-lint --fix` and `--diff`: what is changed, what is shown of it, and what is said about the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from os.path import abspath, dirname, normpath
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.command.errors import UsageError
from rules.engine.parsing import documents_of
from rules.engine.run import Run
from rules.fixes.applying import Fixed, fix_all
from rules.text.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from rules.engine.finding import Report

_SHOWN = 20  # lines about fixes on stderr


class Fixing(NamedTuple):
    """What the command line asks for: `write` to the files, or only show a diff; also the `unsafe` fixes.

    `stdin` is the path that stands for standard input.
    """

    write: bool
    unsafe: bool
    stdin: str | None = None


class FixedRun(NamedTuple):
    """What has come of it: the last run and its report, the texts that were read, and those that are new."""

    run: Run
    report: Report
    old: Mapping[str, str]
    fixed: Fixed


def work_out(
    run: Run, report: Report, given: Mapping[str, str], again: Callable[[Run], Report], fixing: Fixing
) -> FixedRun:
    """Make the fixes of a report, in memory.

    `given`: the texts that the run is about; `again` gives the report of another run on files with other texts.
    """
    from rules.files.overlay import Overlay
    from rules.files.rewriting import obstacle

    texts = {**given, **dict(_included(run, given))}

    def run_on(now: Mapping[str, str]) -> Run:
        include = run.options.include
        options = run.options._replace(documents={}, include=Overlay(include, now) if include is not None else None)
        return Run({path: now[path] for path in given}, options)

    def judge(now: Mapping[str, str]) -> Report:
        return report if now == texts else again(run_on(now))

    def writable(path: str) -> str:
        return obstacle(path) if fixing.write and path != fixing.stdin else ""

    fixed = fix_all(texts, judge, unsafe=fixing.unsafe, writable=writable)
    return FixedRun(run_on(texts | fixed.texts) if fixed.texts else run, fixed.report, texts, fixed)


def _included(run: Run, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The included files that belong to the files that were given: those in the folder of one, or below it."""
    known = {normpath(path) for path in given}
    for node in run.fleet.nodes:
        folders = [dirname(abspath(path)) for path in (*node.files.haproxy, *node.files.keepalived)]
        for document in documents_of(node):
            for source in document.sources:
                inside = any(abspath(source.path).startswith(f"{folder}/") for folder in folders)
                if normpath(source.path) not in known and inside:
                    yield source.path, source.text


def diff_of(outcome: FixedRun) -> str:
    """What would be written, as a unified diff without secrets."""
    from rules.report.diff import unified

    new = outcome.fixed.texts
    return "".join(unified(path, outcome.old[path], new[path]) for path in sorted(new))


def write(outcome: FixedRun, fixing: Fixing) -> str | None:
    """Write what was fixed; gives the text for stdout if the file came from stdin. Raises UsageError."""
    from rules.files.rewriting import NotWrittenError, rewrite

    new = {path: text for path, text in outcome.fixed.texts.items() if path != fixing.stdin}
    try:
        rewrite(outcome.old, new)
    except NotWrittenError as error:
        raise UsageError(str(error)) from error
    stdin = fixing.stdin
    return None if stdin is None else outcome.fixed.texts.get(stdin, outcome.old[stdin])


def about(outcome: FixedRun, fixing: Fixing, say: Callable[[str], None]) -> None:
    """Tell what was fixed, what was not, and why."""
    fixed = outcome.fixed
    word = "fixed" if fixing.write else "would fix"
    made = Counter((f.location.file, f.code, f.name) for f in fixed.done)
    lines = [
        f"{word} {path}: {code} {name}{f' ({number} times)' if number > 1 else ''}"
        for (path, code, name), number in sorted(made.items())
    ]
    lines += [f"not fixed: {left.finding.location.file}: {left.finding.code} {left.finding.name}: {left.why}"
              for left in fixed.left]  # fmt: skip
    for line in lines[:_SHOWN]:
        say(line)
    if len(lines) > _SHOWN:
        say(f"... and {counted(len(lines) - _SHOWN, 'line')} like these")
    if made:
        files = listed(sorted(fixed.texts)) if len(fixed.texts) <= 3 else counted(len(fixed.texts), "file")
        say(f"{word} {counted(sum(made.values()), 'finding')} in {files}")
    if fixed.unsafe:
        say(f"{fixed.unsafe} more can be fixed with --unsafe-fixes; look at what that changes")
