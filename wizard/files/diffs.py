"""What writing would change, as unified diffs without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from rules.report import unified
from wizard.files.survey import Files, look, shown_path

if TYPE_CHECKING:
    from wizard.files.origins import ImportedFile


def diff(directory: Path, files: Files, origins: Mapping[str, ImportedFile] = MappingProxyType({})) -> dict[str, str]:
    """A unified diff for each file that would change, by path; raises StoreError if one can't be read.

    One that is not there yet is compared with its origin, the file that was imported.

    Passwords are shown as `********`, and control characters as visible ones: the diff is for
    people, not for `patch`.
    """
    found = {}
    for place in look(directory, files, origins):
        if place.state in ("new", "changed") and place.base != place.new:
            old = None if place.base is None else place.base.decode("utf-8", "surrogateescape")
            name = f"a/{place.path}" if place.old is not None else shown_path(place.base_path(directory), directory)
            found[place.path] = unified(place.path, old, place.new.decode("utf-8", "surrogateescape"), name)
    return found
