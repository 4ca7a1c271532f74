"""Where haproxy.cfg holds secrets: passwords, tokens, header values. No message may show them."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.haproxy.words import Splitter
from parsers.keywords.haproxy import haproxy_words
from parsers.secrets.hints import marked_lines
from parsers.secrets.lines import line_places
from parsers.secrets.pieces import Place, piece
from parsers.secrets.texts import merged, text_places
from parsers.source import Source, Span

_SPECIAL = "\\\"'\v\f"


def find_secrets(source: Source) -> list[Span]:
    """The secret stretches of a file, in file order, without overlaps."""
    known = haproxy_words().__contains__
    places = [*text_places(source.text, known), *_as_read(source)]
    return [Span(source, start, end) for start, end in merged(places)]


def _as_read(source: Source) -> Iterator[Place]:
    """The same for lines with quotes and escapes, split as haproxy does it."""
    text = source.text
    if not any(mark in text for mark in _SPECIAL):
        return
    known = haproxy_words().__contains__
    # Quotes may stand in the middle of a word that marks a secret, and `\xHH` be a letter of it.
    marked = marked_lines(text.replace('"', "").replace("'", ""))
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        special = any(mark in line for mark in _SPECIAL)
        if special and ("\\x" in line or marked(line.replace('"', "").replace("'", ""))):
            words = Splitter(source, start, end).words
            found = [piece(text, word.start, word.end, word.value) for word in words]
            if found:
                yield from line_places(found, known)
        start = end + 1
