"""Kills `write_tree` again and again, and looks at what is left; run as a program, since it forks.

Prints one JSON object: how many runs were killed, and what was wrong after any of them.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wizard.files import write_tree

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
Files = dict[str, tuple[str, int]]


def tree(word: str, size: int) -> Files:
    return {
        "lb1/etc/haproxy/haproxy.cfg": (f"# {word}\n" * size, 0o644),
        "lb1/etc/keepalived/keepalived.conf": (f"! {word}\n" * size, 0o640),
        "lb1/install.sh": (f"#!/bin/sh\n: {word}\n" * size, 0o755),
        "RUNBOOK.md": ("always the same\n", 0o644),
    }


def killed(work: Callable[[], object], arm: Callable[[], None], later: float | None) -> bool:
    """Run `work` in a process that `arm` has prepared; with `later`, kill it after that many seconds."""
    child = os.fork()
    if child == 0:
        try:
            arm()
            work()
        finally:
            os._exit(0)
    if later is not None:
        time.sleep(later)
        os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def at_call(number: int) -> Callable[[], None]:
    """Kill this process at its call to the system with this number, of those that Python audits."""

    def arm() -> None:
        left = [number]

        def hook(event: str, _: tuple[Any, ...]) -> None:
            if event.startswith(("os.", "open", "fcntl.", "shutil.", "tempfile.")):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)

    return arm


def faults(directory: Path, old: Files, new: Files) -> list[str]:
    """What a killed run, and the one after it, did wrong."""
    found = []
    for path, (text, _) in new.items():
        file = directory / path
        content = file.read_text() if file.exists() else ""
        if content not in ((old[path][0] if old else ""), text):
            found.append(f"{path} is neither old nor new")
    write_tree(directory, new, force=False, when=WHEN)
    for path, (text, mode) in new.items():
        file = directory / path
        if file.read_text() != text or file.stat().st_mode & 0o777 != mode:
            found.append(f"{path} is not completed")
        copies = [copy.read_text() for copy in file.parent.glob(f"{file.name}.halb-*.bak")]
        if old and old[path][0] != text and copies != [old[path][0]]:
            found.append(f"{path} has not one backup: {len(copies)}")
    found += [f"{rest.name} is left" for rest in directory.rglob("*.new")]
    return found


def every_call(base: Path, fresh: bool) -> tuple[int, list[str]]:
    old, new = ({} if fresh else tree("old", 3)), tree("new", 3)
    wrong: list[str] = []
    number = 0
    while True:
        directory = base / str(number)
        if old:
            write_tree(directory, old, force=False, when=WHEN)
        number += 1
        if not killed(lambda d=directory: write_tree(d, new, force=False, when=WHEN), at_call(number), None):  # type: ignore[misc]
            return number - 1, wrong
        wrong += [f"call {number}: {fault}" for fault in faults(directory, old, new)]


def any_time(base: Path, runs: int) -> tuple[int, list[str]]:
    old, new = tree("old", 200_000), tree("new", 200_000)
    wrong: list[str] = []
    count = 0
    for number in range(runs):
        directory = base / str(number)
        write_tree(directory, old, force=False, when=WHEN)
        later = random.uniform(0, 0.03)
        count += killed(lambda d=directory: write_tree(d, new, force=False, when=WHEN), lambda: None, later)  # type: ignore[misc]
        wrong += [f"after {later:.4f} s: {fault}" for fault in faults(directory, old, new)]
    return count, wrong


if __name__ == "__main__":
    how, base = sys.argv[1], Path(sys.argv[2])
    count, wrong = any_time(base, int(sys.argv[3])) if how == "any-time" else every_call(base, how == "fresh")
    print(json.dumps({"killed": count, "wrong": wrong}))
