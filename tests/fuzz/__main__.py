"""`make fuzz`: `python -m tests.fuzz [--seconds S | --tries N] [--seed N] [TARGET ...]`.

The seconds are shared by the targets. What is found is written to a folder, minimised, with what it led to; `--input
FILE` tries such a file again. Exit status 1 if anything was found.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.loop import Result, fuzz, write
from tests.fuzz.targets import TARGETS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=f"one of {', '.join(TARGETS)} (default: all)")
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--tries", type=int, default=None, help="of each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("fuzz-out"))
    parser.add_argument("--input", type=Path, default=None)
    given = parser.parse_args()
    if unknown := [name for name in given.targets if name not in TARGETS]:
        parser.error(f"unknown target {unknown[0]}; known: {', '.join(TARGETS)}")
    chosen = [TARGETS[name] for name in given.targets or TARGETS]
    if given.input is not None:
        for target in chosen:
            target.check(given.input.read_bytes())
        return 0
    seconds = None if given.seconds is None and given.tries else (given.seconds or 60) / len(chosen)
    found = 0
    print(
        f"{'target':<11} {'tries':>9} {'seconds':>8} {'kept':>5} {'MiB':>5} {'faults':>6}  lines of functions that ran"
    )
    for target in chosen:
        result = fuzz(target, given.seed, seconds=seconds, tries=given.tries)
        print(_row(target.name, result), flush=True)
        for fault in result.faults:
            print(f"  {fault.place}: {write(fault, target, given.out)} ({len(fault.data)} bytes)", flush=True)
        found += len(result.faults)
    return 1 if found else 0


def _row(name: str, result: Result) -> str:
    lines = ", ".join(f"{folder} {100 * ran / every:.0f} %" for folder, ran, every in result.coverage.shares())
    figures = f"{result.tries:>9} {result.seconds:>8.1f} {result.kept:>5} {result.grown:>5.0f} {len(result.faults):>6}"
    return f"{name:<11} {figures}  {lines}"


if __name__ == "__main__":
    sys.exit(main())
