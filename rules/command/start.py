"""Where `halb-lint` begins, with nothing loaded yet that takes time."""

from __future__ import annotations

import gc

from rules.command.quick import start_quickly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def run() -> NoReturn:
    """The console script: never shows a traceback, never fails on a closed pipe."""
    # One short run whose objects live until its end: garbage collection would only cost time.
    gc.disable()
    start_quickly()
    from rules.command.guard import launch

    launch("rules.command.recall")
