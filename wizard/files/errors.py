"""Why files were not written, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class StoreError(Exception):
    """Files can't be written or read; `problems` has one line for each reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class ChangedError(StoreError):
    """Files contain what halb did not write, and would lose it; nothing was written.

    `files` are the paths as the caller gave them.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__([f"{file}: {why}" for file, why in files.items()])
        self.files = tuple(files)
