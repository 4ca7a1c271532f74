"""Running `halb-wizard rehearse` in a process of its own, and what is left of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.programs import ROOT, Done, environment
from wizard.rehearsal.lab.machine import SPACES

PATIENCE = 240.0  # seconds
_TEMPORARY = Path(tempfile.gettempdir())


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "wizard", "rehearse", *arguments]


def started(*arguments: str) -> subprocess.Popen[bytes]:
    """A rehearsal under way, in a group of its own."""
    return subprocess.Popen(
        command(*arguments), cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def rehearsed(*arguments: str) -> Done:
    """A rehearsal from its beginning to its end."""
    done = subprocess.run(
        command(*arguments), cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def left_of(process: int) -> list[str]:
    """What is left of a rehearsal: its namespaces, folders and programs."""
    mark = f"halb{process}x"
    found = [
        str(path)
        for path in (*SPACES.glob(f"{mark}*"), *Path("/var/lib").glob(f"{mark}*"), *_TEMPORARY.glob(f"{mark}*"))
    ]
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
            space = os.readlink(place / "root")
        except OSError:
            continue
        if mark.encode() in words or mark in space:
            found.append(f"{place.name}: {words.replace(bytes(1), b' ').decode(errors='replace')}")
    return [*found, *(line for line in Path("/proc/mounts").read_text().splitlines() if mark in line)]


def processes_of(process: int) -> int:
    """How many programs run on the machines of a rehearsal."""
    spaces = {path.stat().st_ino for path in SPACES.glob(f"halb{process}x*-lb*")}
    count = 0
    for place in Path("/proc").glob("[0-9]*/ns/net"):
        try:
            count += place.stat().st_ino in spaces
        except OSError:
            continue
    return count
