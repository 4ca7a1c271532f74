"""How many examples a property is tried with."""

from __future__ import annotations

import os

_PART = 1.0 if os.environ.get("HALB_EXAMPLES") == "all" else 0.35


def times(most: int) -> int:
    """A part of `most`; all of them with HALB_EXAMPLES=all (`make test-deep`)."""
    return max(10, round(most * _PART))
