"""How many examples a property is tried with."""

from __future__ import annotations

import os

EVERYTHING = os.environ.get("HALB_EXAMPLES") == "all"
"""Whether everything is tried, not a part (`make test-deep`)."""
_PART = 1.0 if EVERYTHING else 0.35


def times(most: int) -> int:
    """A part of `most`; all of them with HALB_EXAMPLES=all (`make test-deep`)."""
    return max(10, round(most * _PART))
