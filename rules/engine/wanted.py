"""Which rules have nothing to say about a text, because none of the words that they are about appears in it.

Two thirds of the rules are about a setting that most files do not have, and importing a rule is a good part of what it
costs on small files (`make bench`, G1). `rules/checks/words.txt` has the words of each module, so that this is known
before anything is imported; a module that is not listed is always wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import import_module

FILE_NAME = "words.txt"
_SMALL = 1 << 16  # characters; with more, what importing costs is not worth looking
# A word of the file may be put together by the daemon from what is glued here: quotes and escapes inside of a word,
# variables, definitions and repetitions of keepalived, placeholders of templates. An apostrophe ("the API's clients",
# "don't") is no glue.
_GLUED = re.compile(
    r"""[\w-](?:[\\"$]|'(?!(?:s|t|re|ve|ll|d|m)\b))[\w-]|[\w-]\$|\}[\w-]|~LST""",
)


def idle_modules(texts: Iterable[str]) -> frozenset[str]:
    """The rule modules, as "scope/module", with nothing to say about these texts: those that the subjects are made of.

    Empty for long texts, for one that is written in a way that hides words, and for one with ignore comments, which are
    judged by what ran.
    """
    whole = "\n".join(texts)
    if len(whole) > _SMALL or "halb:" in whole or _GLUED.search(whole):
        return frozenset()
    return frozenset(module for module, words in _words() if not any(word in whole for word in words))


@cache
def _words() -> list[tuple[str, list[str]]]:
    """Module and words, from the file beside the rules."""
    checks = import_module("rules.checks")
    folder = checks.__path__[0]
    loader = checks.__spec__.loader if checks.__spec__ else None
    read = getattr(loader, "get_data", None)
    try:
        text = read(f"{folder}/{FILE_NAME}").decode() if read is not None else ""
    except OSError:
        return []
    found = []
    for line in text.splitlines():
        module, *words = line.split(" ")
        found.append((module, words))
    return found
