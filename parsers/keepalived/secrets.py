"""Where the passwords and keys of a keepalived.conf are.

They are looked for in the text and not in the tree, so that a comment, a brace in the middle of a password or a
line that could not be read does not bring one to light.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from parsers.grammar.keepalived import SECRET
from parsers.keywords.keepalived import keepalived_table
from parsers.secrets.lazy import lazy
from parsers.secrets.names import BLOCKS, meant, telling
from parsers.secrets.pieces import Place
from parsers.secrets.texts import merged, text_places
from parsers.source import Source, Span

_BLOCK = lazy(r"^[ \t]*([^\s{}#!]+)[ \t]*\{", re.MULTILINE)
_BLANKS = r"(?:[ \t]|\\\r?\n)++"
_ENTRY = lazy(rf"[ \t]*([^\s{{}}#!]+){_BLANKS}([^\n}}]*[^\s}}])")
_NUMBERED = lazy(rf"(?:^|%\}})[ \t]*(?:@\S+[ \t]+)?[key]{{2,4}}{_BLANKS}\d+{_BLANKS}([^\n]+)", re.MULTILINE)
_DEFINITION = lazy(r"^[ \t]*(?:@\S+[ \t]+)?\$([A-Za-z_]\w*)=((?:[^\n]*\\\r?\n)*+[^\n]*)", re.MULTILINE)


def all_secrets(sources: Sequence[Source], hidden: Iterable[Span]) -> list[Span]:
    """The secrets of a file and of those that it includes; `hidden` are the stretches that the reader found."""
    found: dict[int, list[Place]] = {id(source): list(_places(source.text)) for source in sources}
    for span in hidden:
        found[id(span.source)].append((span.start, span.end))
    return [Span(source, *place) for source in sources for place in merged(found[id(source)])]


def _places(text: str) -> Iterator[Place]:
    names = keepalived_table().names
    yield from text_places(text, names.__contains__, "#!")
    hmac = "auth_hmac" in text
    for match in SECRET.finditer(text):
        if match["value"]:
            yield match.span("value")
        elif hmac and match["key"]:
            yield match.span("key")
    done = 0
    for match in _BLOCK().finditer(text):
        if match.end() >= done and meant(match[1]) in BLOCKS:
            done = text.find("}", match.end())
            done = done if done >= 0 else len(text)
            yield from _entries(text, match.end(), done, names)
    for match in _NUMBERED().finditer(text):
        yield match.span(1)
    if "$" in text:
        for match in _DEFINITION().finditer(text):
            if telling(match[1]):
                yield match.span(2)


def _entries(text: str, start: int, stop: int, names: frozenset[str]) -> Iterator[Place]:
    """What follows words that are no keywords in a block for passwords."""
    for line in re.finditer(r"[^\n]+", text[start:stop]):
        match = _ENTRY().match(text, start + line.start(), start + line.end())
        if match and match[1] not in names and match[2] not in ("PASS", "AH"):
            yield match.span(2)
