"""Waiting for what cannot be awaited by an event."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 30.0  # seconds


def until(condition: Callable[[], bool], what: Callable[[], str], patience: float = PATIENCE) -> None:
    """Wait until a condition holds. `what` describes the state if it never does."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(what())
        time.sleep(0.02)


def holds_for(seconds: float, condition: Callable[[], bool], what: Callable[[], str]) -> None:
    """See a condition hold all the time. `what` describes the state if it does not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), what()
        time.sleep(0.02)
