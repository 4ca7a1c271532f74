"""`halb-wizard rehearse`: every failure with the real daemons, and what happens beside what was predicted."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rules.command import CONFIG_NAME, UsageError, nearest_config, write_notes, write_results
from rules.report import Style, printable
from rules.text import counted
from wizard.commands.messages import say
from wizard.commands.options import RehearseArguments
from wizard.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from rules import Run
    from rules.files import Inputs
    from rules.plan import Cluster
    from wizard.rehearsal.rehearse import Progress, Rehearsal, Result

EXIT_OK, EXIT_NOT_SO, EXIT_UNUSABLE = 0, 1, 2
_WIDTH = 100
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_rehearse(arguments: RehearseArguments) -> int:
    """Run `halb-wizard rehearse`; gives the exit status."""
    # A name by which the next rehearsal removes it, if this one is killed: see `sweep`.
    with tempfile.TemporaryDirectory(prefix=f"halb{os.getpid()}x0-") as folder:
        try:
            return _rehearse(arguments, Path(folder))
        except RehearsalError as error:
            for reason in error.reasons:
                say(reason)
            return EXIT_UNUSABLE


def _rehearse(arguments: RehearseArguments, folder: Path) -> int:
    from wizard.rehearsal import unprivileged
    from wizard.rehearsal.checks import lacking, most_side_by_side
    from wizard.rehearsal.planning import planned
    from wizard.rehearsal.running.systems import Programs

    programs = Programs(arguments.haproxy, arguments.keepalived, arguments.root)
    if reasons := lacking(programs):
        raise RehearsalError(*reasons)
    if os.geteuid() != 0:
        return unprivileged.again(sys.argv[1:])
    inputs, cluster = _inputs(arguments, folder)
    what, run = planned(inputs, cluster, programs, arguments.events, pairs=arguments.pairs)
    what = what._replace(runs=arguments.runs, side_by_side=most_side_by_side(what.stage, arguments.jobs))
    halt = threading.Event()
    with _ended_by_signals(halt) as ended:
        result = _played(what, halt)
    if result is None:
        say("ended; everything that it made is removed")
        return 128 + (ended[0] if ended else signal.SIGINT)
    text = _rendered(arguments, result, what)
    write_results(run.secrets.anywhere(text))
    if arguments.report is not None:
        _write_report(arguments.report, result, what, run)
    return EXIT_OK if result.passed else EXIT_NOT_SO


# -- what is rehearsed


def _inputs(arguments: RehearseArguments, folder: Path) -> tuple[Inputs, Cluster | None]:
    """The files to rehearse: those of the named folders, or a plan's, as they are on the disk or rendered now."""
    from rules.files import read_paths

    config = _config(arguments.paths)
    if config is not None:
        return _of_plan(config, folder)
    if not arguments.paths:
        raise UsageError(f"no {CONFIG_NAME} here or in a folder above; name one, or the load balancers' folders")
    inputs = read_paths(arguments.paths, None, None, platform.node().partition(".")[0] or "localhost")
    _say_problems(inputs)
    return inputs, None


def _config(paths: tuple[str, ...]) -> Path | None:
    if not paths:
        return nearest_config(Path.cwd())
    first = Path(paths[0])
    if len(paths) > 1 or not first.exists():
        return None
    if first.is_dir():
        return first / CONFIG_NAME if (first / CONFIG_NAME).is_file() else None
    return first if first.suffix == ".toml" else None


def _of_plan(path: Path, folder: Path) -> tuple[Inputs, Cluster]:
    from rules.files import read_cluster_nodes
    from rules.plan import ClusterError, read_cluster
    from wizard.commands.rendering import rendered
    from wizard.rehearsal.planning import laid

    try:
        cluster = read_cluster(path)
    except ClusterError as error:
        raise UsageError(str(error)) from error
    inputs = read_cluster_nodes(cluster, None, present=True)
    whole = [node.name for node in inputs.nodes if node.haproxy and node.keepalived]
    if whole and len(whole) == len(cluster.load_balancers):
        say(f"rehearsing the files in {path.parent}")
        _say_problems(inputs)
        return inputs, cluster
    tree = rendered(path, folder)
    if tree is None:
        raise RehearsalError(f"{path}: this plan can't be rehearsed before it is complete")
    say(f"rehearsing the files that {path} is rendered to")
    return laid(tree.files, folder)


def _say_problems(inputs: Inputs) -> None:
    for note in inputs.notes:
        say(note)
    if inputs.errors:
        raise RehearsalError(*(error.replace("sudo halb-lint", "sudo halb-wizard") for error in inputs.errors))


# -- playing


def _played(what: Rehearsal, halt: threading.Event) -> Result | None:
    """The result; None if it was ended from outside."""
    from wizard.rehearsal import unprivileged
    from wizard.rehearsal.lab.network import sweep
    from wizard.rehearsal.rehearse import rehearse

    # In a namespace of its own nothing can be left, and the processes outside can't be seen.
    if not unprivileged.is_inside() and (swept := sweep()):
        say(f"removed what a rehearsal that was killed has left: {counted(len(swept), 'network namespace')}")
    display = _Display()
    try:
        return rehearse(what, display.show, halt)
    except InterruptedError:
        return None
    finally:
        display.clear()


class _Display:
    """How far it is: a line that is written again and again on a terminal, and nothing elsewhere."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._lock = threading.Lock()

    def show(self, progress: Progress) -> None:
        """Show a state."""
        if not self._shown:
            return
        left = f"about {progress.left:.0f} s left" if progress.done else ""
        line = f"{progress.done}/{progress.total}  {left:<18} {progress.now}"
        width = shutil.get_terminal_size().columns - 1
        with self._lock:
            write_notes(f"\r\x1b[K{printable(line)[:width]}")

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            write_notes("\r\x1b[K")


@contextmanager
def _ended_by_signals(halt: threading.Event) -> Iterator[list[int]]:
    """Let signals set `halt`, so that everything is removed before the end; gives the signals that came."""
    came: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        came.append(number)
        halt.set()

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# -- the report


def _rendered(arguments: RehearseArguments, result: Result, what: Rehearsal) -> str:
    from wizard.rehearsal.report.programs import render_json, render_junit
    from wizard.rehearsal.report.text import ASCII, UNICODE, render_text

    if arguments.format == "json":
        return render_json(result, what.stage)
    if arguments.format == "junit":
        return render_junit(result)
    width = min(_WIDTH, shutil.get_terminal_size().columns)
    signs = UNICODE if _can_print(UNICODE, sys.stdout.encoding) else ASCII
    return render_text(result, what.stage, Style(arguments.color, width), signs)


def _can_print(words: tuple[str, ...], encoding: str | None) -> bool:
    try:
        "".join(words).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _write_report(folder: Path, result: Result, what: Rehearsal, run: Run) -> None:
    """Write everything to a folder; secrets are hidden in all of it."""
    from rules.files import replace_file
    from wizard.rehearsal.report.picture import render_svg
    from wizard.rehearsal.report.programs import render_json, render_junit
    from wizard.rehearsal.report.text import render_text

    texts = {
        "report.txt": render_text(result, what.stage, Style(width=_WIDTH)),
        "report.json": render_json(result, what.stage),
        "report.xml": render_junit(result),
        "timeline.svg": render_svg(result, what.stage),
    }
    for name, said in result.said.items():
        begin = said[0].at if said else 0.0
        lines = [f"{line.at - begin:9.3f} {line.daemon}: {line.text}\n" for line in said]
        texts[f"logs/{name.replace(os.sep, '-')}.log"] = "".join(lines)
    try:
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            data = run.secrets.anywhere(text).encode("utf-8", "surrogateescape")
            replace_file(folder / name, data, 0o644)
    except OSError as error:
        raise UsageError(f"{folder}: the report can't be written: {(error.strerror or str(error)).lower()}") from error
    say(f"the report, the times as a picture and the daemons' logs are in {folder}")
