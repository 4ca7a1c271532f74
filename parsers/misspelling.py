"""What a misspelled word was meant to be."""

from __future__ import annotations

from collections.abc import Collection

_LONGEST = 60  # characters of a word that may be a misspelling
_MOST = 500  # names that a word is compared with; a generated file may have thousands
_ALIKE = 0.6  # difflib's ratio: `vpi` and `vip` have 0.67, `retrys` and `retries` 0.77, `mode` and `timeout` 0.36


def closest(word: str, names: Collection[str], alike: float = _ALIKE) -> str:
    """The one of `names` that `word` was most likely meant to be, whatever its case, or "".

    `alike` is how alike they must be, as difflib counts it: higher where more than a suggestion depends on it.
    """
    if not 2 <= len(word) <= _LONGEST or len(names) > _MOST:
        return ""
    from difflib import get_close_matches

    lower = word.lower()
    by_lower = {name.lower(): name for name in names}
    if lower in by_lower:
        return by_lower[lower]
    close = get_close_matches(lower, by_lower, n=1, cutoff=alike)
    return by_lower[close[0]] if close else ""
