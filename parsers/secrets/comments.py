"""Secrets in comments: lines that were switched off, and words about a password."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from parsers.secrets.lazy import lazy
from parsers.secrets.lines import Known, line_places
from parsers.secrets.names import meant, telling
from parsers.secrets.pieces import Piece, Place, pieces
from parsers.secrets.shapes import literals, looks_secret

_NAME = lazy(r"[\w.-]{2,30}")
_MARKS = "#!;/ \t"
_SAYS = frozenset(("is", "was", "=", ":", "-", "–", "->", "=>", ":=", "==", "now"))
_ORDINARY = frozenset(
    (
        *("a", "above", "an", "and", "any", "are", "as", "at", "be", "below", "both", "but", "by", "can"),
        *("change", "changed", "check", "default", "do", "does", "each", "empty", "first", "for", "from"),
        *("generated", "has", "have", "here", "if", "in", "into", "is", "it", "its", "kept", "less", "long"),
        *("longer", "may", "must", "my", "never", "new", "no", "not", "of", "off", "old", "on", "only"),
        *("optional", "or", "our", "real", "required", "same", "see", "set", "shall", "shared", "short"),
        *("should", "shown", "so", "stored", "strong", "than", "that", "the", "their", "there", "this", "to"),
        *("too", "unset", "up", "use", "used", "uses", "via", "was", "when", "which", "will", "with", "your"),
        *("file", "files"),
    )
)
_ACTS = ("authent", "authori")  # `authentication between both`: what is done, not with what
_NOUNS = ("passw", "passphrase", "secret", "token", "credential")


def comment_places(text: str, start: int, end: int, known: Known) -> Iterator[Place]:
    """The secret stretches of a comment, its mark included."""
    while start < end and text[start] in _MARKS:
        start += 1
    words = pieces(text, start, end)
    if not words:
        return
    first = words[0].value
    name = telling(first) and (len(words) == 2 or "_" in first or "-" in first)
    if known(first) or meant(first) or name or first.startswith("$"):
        yield from line_places(words, known)
    else:
        yield from line_places(words, known, prose=True)
    yield from _prose(words)


def _prose(words: Sequence[Piece]) -> Iterator[Place]:
    """`the password is x`, `token: x`, `old secret x9y8z7`."""
    about = said = False
    noun = since = -1
    for index, word in enumerate(words):
        value = word.value.strip("\"'`()[],;")
        name = value.rstrip(":=")
        if _NAME().fullmatch(name) and telling(name) and not looks_secret(name) and not name.lower().startswith(_ACTS):
            about, said = True, value != name
            since = index
            if name.lower().startswith(_NOUNS) or name.lower() in ("pw", "pwd", "pass"):
                noun = index
            continue
        if not about:
            continue
        plain = value.lower().strip(".,;:!?")
        if value in _SAYS:
            said = said or noun >= 0 or index == since + 1
        elif plain in _ORDINARY:
            continue
        elif said or looks_secret(value) or (index == len(words) - 1 == noun + 1 and len(words) <= 4):
            yield from (word.at(*place) for place in literals(word.value, 0, len(word.value)))
            said = False
