"""What a misspelled word was meant to be."""

from __future__ import annotations

from collections.abc import Collection
from threading import local

_LONGEST = 60  # characters of a word that may be a misspelling
_MOST = 500  # names that a word is compared with; a generated file may have thousands
_WORDS = 250  # different misspelled words of a run that are looked up: some 2 ms each
_ALIKE = 0.6  # difflib's ratio: `vpi` and `vip` have 0.67, `retrys` and `retries` 0.77, `mode` and `timeout` 0.36


class Misspellings:
    """The words that were looked up in one run, with what was found; after 250 different ones the answer is "".

    While it is entered (`with`), `closest` asks it: a file of nothing but unknown words costs little more than reading.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, float, tuple[str, ...]], str] = {}
        self._looked_up: dict[float, int] = {}

    def __enter__(self) -> None:
        _current.run = self

    def __exit__(self, *_: object) -> None:
        _current.run = None

    def closest(self, word: str, names: Collection[str], alike: float) -> str:
        """As `closest`, each question once."""
        question = (word, alike, tuple(names))
        answer = self._known.get(question)
        if answer is None:
            count = self._looked_up[alike] = self._looked_up.get(alike, 0) + 1
            if count > _WORDS:
                return ""
            answer = self._known[question] = _closest(word, names, alike)
        return answer


class _Current(local):
    run: Misspellings | None = None


_current = _Current()


def closest(word: str, names: Collection[str], alike: float = _ALIKE) -> str:
    """The one of `names` that `word` was most likely meant to be, whatever its case, or "".

    `alike` is how alike they must be, as difflib counts it: higher where more than a suggestion depends on it.
    """
    if not 2 <= len(word) <= _LONGEST or len(names) > _MOST:
        return ""
    run = _current.run
    return run.closest(word, names, alike) if run is not None else _closest(word, names, alike)


def _closest(word: str, names: Collection[str], alike: float) -> str:
    from difflib import get_close_matches

    lower = word.lower()
    by_lower = {name.lower(): name for name in names}
    if lower in by_lower:
        return by_lower[lower]
    close = get_close_matches(lower, by_lower, n=1, cutoff=alike)
    return by_lower[close[0]] if close else ""
