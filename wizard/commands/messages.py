"""Lines on stderr, where everything but results goes."""

from __future__ import annotations

import sys

from rules.report import printable


def say(text: str) -> None:
    """Write one line, with the command's name before it."""
    sys.stderr.write(f"halb-wizard: {printable(text)}\n")
