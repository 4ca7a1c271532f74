"""What writing would change, as unified diffs without secrets."""

from __future__ import annotations

from pathlib import Path

from rules.report import unified
from wizard.files.survey import Files, look


def diff(directory: Path, files: Files) -> dict[str, str]:
    """A unified diff for each file that would change, by path; raises StoreError if one can't be read.

    Passwords are shown as `********`, and control characters as visible ones: the diff is for
    people, not for `patch`.
    """
    found = {}
    for place in look(directory, files):
        if place.state in ("new", "changed"):
            old = None if place.old is None else place.old.decode("utf-8", "surrogateescape")
            found[place.path] = unified(place.path, old, place.new.decode("utf-8", "surrogateescape"))
    return found
