"""Did you mean ...?"""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

_LONGEST = 60  # characters of a word that may be a misspelling
_MOST = 300  # names that a word is compared with; a generated file may have thousands


def closest(word: str, names: Collection[str], cutoff: float = 0.6) -> str:
    """The one of `names` that `word` was most likely meant to be, or ""."""
    if not 2 <= len(word) <= _LONGEST or len(names) > _MOST:
        return ""
    close = get_close_matches(word, names, n=1, cutoff=cutoff)
    return close[0] if close else ""


def hint(word: str, names: Collection[str], otherwise: str) -> str:
    """`did you mean '...'?` for a word that is not one of `names`, or `otherwise` if nothing is close."""
    near = closest(word, names)
    return f"did you mean '{near}'?" if near else otherwise
