"""Regular expressions that are compiled when they are first used: most files need few of them, and start fast."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache


def lazy(pattern: str, flags: int = 0) -> Callable[[], re.Pattern[str]]:
    """A function that gives the compiled expression."""
    return cache(lambda: re.compile(pattern, flags))
