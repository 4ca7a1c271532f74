"""Where `halb-wizard` begins, with nothing loaded yet that takes time."""

from __future__ import annotations

from typing import NoReturn

from rules.command import launch


def run() -> NoReturn:
    """The console script: never shows a traceback, never dies of a closed pipe."""
    launch("wizard.commands.cli")
