"""How cost grows with what a file repeats: `python -m tests.bench.scaling [NAME ...]`.

Every construct is measured at 1, 4 and 16 times its size, in CPU time of a process of its own: linting, each format,
the failover table, importing, and a diff. The slope is the growth for a doubling of size, 2.0 being linear; the goal is
2.4 (1.2 over linear). Rows above it are marked, nothing fails.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

from rules.engine.registry import all_rules
from tests.bench.constructs import BASE, CONSTRUCTS, Files, Maker

SIZES = (1, 4, 16)
GOAL = 2.0 * 1.2
LIMIT = int(os.environ.get("SECONDS", "20"))  # CPU seconds of one size of one construct
NOISE = 0.03  # seconds below which a slope says nothing

Times = dict[str, float]


def measure(files: Files) -> Iterator[tuple[str, float]]:
    """Every activity with its CPU seconds."""
    from rules import Run, options_for
    from rules.report.diff import unified
    from rules.report.failover import render as render_table
    from rules.report.formats import renderer
    from rules.report.style import Style
    from wizard.commands.importing import notes_of
    from wizard.importer import import_files
    from wizard.plan.draft_text import draft_text

    run: Any = None
    report: Any = None

    def lint() -> None:
        nonlocal run, report
        run = Run(files, options_for(None))
        report = run.report()

    def form(name: str) -> Callable[[], object]:
        return lambda: renderer(name)(report, Style(False, 80))

    def imported() -> None:
        from pathlib import Path

        found = import_files(files)
        notes_of(found)
        draft_text(found.draft, Path())

    def diff() -> None:
        for path, text in files.items():
            unified(path, text, "".join(f"{line}\n# new\n" for line in text.split("\n")))
            unified(path, None, text)

    work: dict[str, Callable[[], object]] = {
        "lint": lint,
        **{name: form(name) for name in ("concise", "full", "json", "github")},
        "failover": lambda: render_table(run.failover(), Style(False, 80)),
        "import": imported,
        "diff": diff,
    }
    for name, does in work.items():
        start = process_time()
        does()
        yield name, process_time() - start


def in_child(make: Maker, size: int) -> Times:
    """The times of one size; what was not reached within the limit has `inf`."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(readable)
            resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT + 1))
            with os.fdopen(writable, "w", buffering=1) as out:
                for name, spent in measure(make(size)):
                    out.write(json.dumps([name, spent]) + "\n")
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                out.write(json.dumps(["MiB", peak]) + "\n")
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as lines:
        times = dict(json.loads(line) for line in lines)
    os.waitpid(child, 0)
    return times


def slopes(times: list[Times]) -> dict[str, float]:
    """The growth for a doubling, for each activity: of the larger step, where it is long enough to say anything."""
    found = {}
    for name in times[0]:
        if name == "MiB":
            continue
        costs = [t.get(name, float("inf")) for t in times]
        if costs[-2] == float("inf") or costs[-1] <= NOISE:
            continue
        found[name] = (costs[-1] / max(costs[-2], NOISE / 4)) ** 0.5
    return found


def main(wanted: list[str]) -> None:
    """Print a line for each construct."""
    all_rules()
    for name in ("servers", "instances", "nodes"):
        for _ in measure(CONSTRUCTS[name](2)):
            pass  # everything is imported, and its tables are read
    gc.disable()
    gc.freeze()
    names = [name for name in CONSTRUCTS if not wanted or name in wanted]
    head = "CPU s of 1x, 4x, 16x"
    print(f"{'construct':40} {head:>23} {'MiB':>5}  slope of what takes longest, and of what is above {GOAL}")
    missed = 0
    for name in names:
        times = [in_child(CONSTRUCTS[name], BASE * size) for size in SIZES]
        growth = slopes(times)
        total = [sum(v for k, v in t.items() if k != "MiB") if "MiB" in t else float("inf") for t in times]
        above = {what: slope for what, slope in growth.items() if GOAL < slope < float("inf")}
        cut = [what for what in ("lint", "full", "json", "failover", "import", "diff") if what not in times[-1]]
        missed += bool(above or cut)
        slowest = max(growth, key=lambda what: times[-1].get(what, float("inf")), default="")
        shown = {slowest: growth[slowest], **above} if slowest else above
        shown = {what: slope for what, slope in shown.items() if slope < float("inf")}
        words = ", ".join(
            f"{what} {slope:.1f} ({times[-1].get(what, float('inf')):.2f} s)" for what, slope in shown.items()
        )
        if cut:
            words += f"; not reached in {LIMIT} s: {cut[0]}"
        mark = "!" if above or cut else " "
        figures = " ".join(f"{t:7.2f}" for t in total)
        print(f"{mark} {name:38} {figures} {times[-1].get('MiB', 0):5.0f}  {words}", flush=True)
    print(f"{len(names)} constructs, {missed} above the goal")


if __name__ == "__main__":
    main(sys.argv[1:])
