"""How much is tried: how many examples of a property, and whether all that there is."""

from __future__ import annotations

import os

ALL = os.environ.get("HALB_EXAMPLES") == "all"
"""Whether this is `make test-deep`. A test that does more then has the marker `deep`."""
_PART = 1.0 if ALL else 0.35


def times(most: int) -> int:
    """A part of `most`; all of them with HALB_EXAMPLES=all (`make test-deep`)."""
    return max(10, round(most * _PART))
