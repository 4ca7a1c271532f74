"""A run leaves nothing behind: neither when it is interrupted, nor, after the next run, when it is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs import ROOT
from wizard.rehearsal.lab.machine import SPACES
from wizard.rehearsal.lab.network import sweep

pytestmark = [pytest.mark.root, pytest.mark.daemon("keepalived"), pytest.mark.slow, pytest.mark.xdist_group("failover")]

PROGRAM = """
from tests.failover.running import run, run_all
from tests.failover.scenarios.all import SCENARIOS
run_all([SCENARIOS["crash-all"], SCENARIOS["process-fault"]], 2, run)
"""
PATIENCE = 30.0  # seconds


@contextmanager
def _running() -> Iterator[subprocess.Popen[bytes]]:
    """A process that plays two scenarios, with keepalived running on each of their nodes."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + PATIENCE
        while len([place for place in _left(process.pid) if place.name == "vrrp.pid"]) < 4:
            assert time.monotonic() < deadline, "keepalived does not start"
            time.sleep(0.02)
        yield process


def _left(number: int) -> list[Path]:
    """What a process has made, or left: namespaces, and files."""
    return [*SPACES.glob(f"halb{number}x*"), *Path("/tmp").glob(f"halb{number}x*/**/*")]


def _keepalived(number: int) -> list[str]:
    """The processes whose command line shows that this process started them."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = place.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"halb{number}x".encode() in command:
            found.append(command.decode(errors="replace"))
    return found


def test_an_interrupted_run_removes_everything() -> None:
    with _running() as process:
        assert _keepalived(process.pid)
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
        assert _left(process.pid) == []
        assert _keepalived(process.pid) == []


def test_what_a_killed_run_left_is_swept() -> None:
    with _running() as process:
        process.kill()
        process.wait(PATIENCE)
        assert _left(process.pid)
        sweep()
        assert _left(process.pid) == []
        assert _keepalived(process.pid) == []
