"""Why a rehearsal can't be played."""

from __future__ import annotations


class RehearsalError(Exception):
    """These files, or this machine, can't be rehearsed: a line for each reason, each with what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = reasons
