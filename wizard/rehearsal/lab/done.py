"""What a program left behind when it ended."""

from __future__ import annotations

from typing import NamedTuple


class Done(NamedTuple):
    """What a run printed, and its exit status."""

    status: int
    stdout: str
    stderr: str
