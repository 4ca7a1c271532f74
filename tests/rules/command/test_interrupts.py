"""Ctrl-C where Python has no way to raise it, or has begun to do something about it: no traceback, status 130."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.programs import ROOT, environment

LAUNCH = """
import sys, types
from rules.command.guard import Program, guarded, launch

def fail(argv):
    {}
    return 0

command = types.ModuleType("command")
command.main = lambda argv: guarded(Program(lambda text: sys.stderr.write(text), 0, "a bug"), fail, argv)
sys.modules["command"] = command
launch("command")
"""

IN_A_DESTRUCTOR = """
    class Lock:
        def __del__(self):
            raise KeyboardInterrupt
    Lock()"""

WHILE_CLEANING_UP = """
    try:
        raise KeyboardInterrupt
    finally:
        {}["half"]"""


@pytest.mark.parametrize(
    ("program", "status", "words"),
    [
        (LAUNCH.format("raise KeyboardInterrupt"), 130, ""),
        (LAUNCH.format(IN_A_DESTRUCTOR), 130, ""),
        (LAUNCH.replace("{}", WHILE_CLEANING_UP), 130, ""),
        (LAUNCH.format("{}['half']"), 3, "internal error: KeyError in fail"),
    ],
    ids=["anywhere", "in a destructor", "while cleaning up", "no Ctrl-C"],
)
def test_an_interrupt(program: str, status: int, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    assert words in done.stderr
    assert bool(words) == bool(done.stderr)
