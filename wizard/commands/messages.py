"""Lines on stderr, where everything but results goes."""

from __future__ import annotations

from rules.command import write_notes
from rules.report import printable


def say(text: str) -> None:
    """Write one line, with the command's name before it."""
    write_notes(f"halb-wizard: {printable(text)}\n")
