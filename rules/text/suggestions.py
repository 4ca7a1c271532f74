"""Did you mean ...?"""

from __future__ import annotations

from collections.abc import Collection

from parsers.misspelling import closest

__all__ = ["closest", "hint"]


def hint(word: str, names: Collection[str], otherwise: str) -> str:
    """`did you mean '...'?` for a word that is not one of `names`, or `otherwise` if nothing is close."""
    near = closest(word, names)
    return f"did you mean '{near}'?" if near else otherwise
