"""Keeping passwords out of everything that is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from parsers.secrets.lazy import lazy
from parsers.source import Source, Span

HIDDEN = "********"
_QUOTED = lazy(r"'([^']+)'")
_GRAM = 6  # characters that a word of a message has in common with a secret, and shows of it
_SHORT = 4  # a secret of less may be any word
_FEW = 200  # secrets that each message is searched for as they are; of more, word by word
_WORD = lazy(r"[^\s'\"(),;:@=&?/\\…]+")
# Words that a message may well have of its own: names, hosts, small numbers.
_PLAIN = lazy(
    r"[a-z]+\d{0,2}(?:[-_][a-z]*\d{0,2})*|[A-Z]+\d{0,2}(?:[-_][A-Z]*\d{0,2})*|[A-Za-z]?[a-z]+|[\d.:/]{1,7}"
    r"|[a-z0-9-]+(?:\.[a-z0-9-]+)+|k8s[a-z-]*"
)


class Secrets:
    """The parts of the files that must not be shown. They are collected on first use."""

    __slots__ = ("_by_line", "_exact", "_find", "_of_line", "_whole", "_words")

    def __init__(self, find: Callable[[], Iterable[Span]] = tuple) -> None:
        self._find = find
        self._by_line: dict[tuple[str, int], list[Span]] | None = None
        self._of_line: dict[tuple[str, int], _LineSecrets] = {}
        self._exact: frozenset[str] = frozenset()
        self._whole: tuple[str, ...] = ()
        self._words: frozenset[str] = frozenset()

    def _lines(self) -> dict[tuple[str, int], list[Span]]:
        lines = self._by_line
        if lines is None:
            lines = self._by_line = {}
            texts: dict[str, None] = {}
            for span in self._find():
                texts[span.text] = None
                last = span.source.position(max(span.start, span.end - 1))[0]
                for line in range(span.line, last + 1):
                    lines.setdefault((span.source.path, line), []).append(span)
            for spans in lines.values():
                spans.sort(key=lambda span: (span.start, span.end))
            self._keep(texts)
        return lines

    def _keep(self, texts: Iterable[str]) -> None:
        """What no message may have in it, wherever in the files it is about."""
        forms = dict.fromkeys(form for text in texts for form in _forms(text))
        self._whole = tuple(sorted((form for form in forms if _is_odd(form)), key=len, reverse=True))
        self._exact = frozenset(form for form in forms if len(form) >= _SHORT)
        self._words = frozenset(word for form in forms for word in _WORD().findall(form) if _is_odd(word))
        if len(self._whole) > _FEW:
            self._whole = ()

    def _on(self, path: str, number: int) -> list[Span]:
        return self._lines().get((path, number), [])

    def near(self, places: Iterable[Span]) -> list[Span]:
        """The places that have a secret on their line, one of each line: those that `message` needs to know."""
        lines = {(place.source.path, place.line): place for place in places}
        return [place for (path, number), place in lines.items() if self._on(path, number)]

    def line(self, source: Source, number: int, *, short: bool = False) -> str:
        """Line `number` of the source with each secret character as `*`, so that columns stay the same.

        `short`: with the same few stars for each secret, which do not tell how long it is.
        """
        spans = self._on(source.path, number)
        text = source.line(number)
        if not spans:
            return text
        start = source.line_start(number)
        parts, done = [], 0
        for span in spans:
            left = max(span.start - start, done)
            right = min(span.end - start, len(text))
            if right <= left:
                continue
            hidden = HIDDEN if short else "".join(c if c in " \t" else "*" for c in text[left:right])
            parts += [text[done:left], hidden]
            done = right
        return "".join([*parts, text[done:]])

    def message(self, text: str, places: Iterable[Span]) -> str:
        """`text` with every '...' that quotes from a secret on one of these places' lines hidden, as `text` does it.

        A parser can mistake part of a password for a keyword (`auth_pass a{b}c`); rules that then quote the word need
        not know.
        """
        if not self._lines():
            return text
        for path, number, source in dict.fromkeys((p.source.path, p.line, p.source) for p in places):
            if spans := self._on(path, number):
                text = self._about(text, source, number, spans)
        return self.text(text)

    def text(self, text: str) -> str:
        """`text` without the secrets that no message has by chance: those with figures, signs or capitals in them."""
        if not self._lines():
            return text
        for secret in self._whole:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        words = self._words
        if not words:
            return text
        return _WORD().sub(lambda match: HIDDEN if match[0] in words else match[0], text)

    def anywhere(self, text: str) -> str:
        """As `text`, for words about the whole fleet: every '...' that is a secret is hidden too."""
        shown = self.text(text)
        return _QUOTED().sub(lambda match: f"'{HIDDEN}'" if match[1] in self._exact else match[0], shown)

    def _about(self, text: str, source: Source, number: int, spans: list[Span]) -> str:
        """`text` about a line with secrets: what it quotes of them is hidden."""
        key = (source.path, number)
        known = self._of_line.get(key)
        if known is None:
            known = self._of_line[key] = _LineSecrets(self.line(source, number), spans)
        return known.hidden(text)


class _LineSecrets:
    """The secrets of one line, for the messages about it."""

    __slots__ = ("_all", "_first", "_grams", "_visible")

    def __init__(self, visible: str, spans: Iterable[Span]) -> None:
        secrets = list(dict.fromkeys(form for span in spans for form in _forms(span.text)))
        self._visible = visible
        self._all = "\n".join(secrets)
        self._first = secrets[:_FEW]
        self._grams = {secret[at : at + _GRAM] for secret in secrets for at in range(len(secret) - _GRAM + 1)}

    def hidden(self, text: str) -> str:
        """`text` without what it quotes of them."""
        for secret in self._first:
            # With an apostrophe in it, where the quotation ends cannot be told.
            if "'" in secret and len(secret) >= _SHORT:
                text = text.replace(secret, HIDDEN)
            text = text.replace(f"'{secret}'", f"'{HIDDEN}'")
        return _QUOTED().sub(self._quoted, text)

    def _quoted(self, match: re.Match[str]) -> str:
        quoted = match[1]
        if quoted in self._visible or quoted == HIDDEN:
            return match[0]
        if quoted.strip() in self._all:
            return f"'{HIDDEN}'"
        for secret in self._first:
            if len(secret) >= _SHORT:
                quoted = quoted.replace(secret, HIDDEN)
        return f"'{_without(quoted, self._grams)}'"


def _forms(secret: str) -> Iterable[str]:
    """A secret as it is written, and as it is read."""
    from parsers.secrets.pieces import unescaped

    secret = secret.strip()
    plain = unescaped(secret)
    return (form for form in dict.fromkeys((secret, plain)) if form)


def _is_odd(secret: str) -> bool:
    return len(secret) >= _GRAM and _PLAIN().fullmatch(secret) is None


def _without(text: str, grams: set[str]) -> str:
    """`text` without the stretches that are made of these pieces of secrets."""
    marked = [False] * len(text)
    for at in range(len(text) - _GRAM + 1):
        if text[at : at + _GRAM] in grams:
            marked[at : at + _GRAM] = [True] * _GRAM
    if True not in marked:
        return text
    parts, was = [], False
    for char, secret in zip(text, marked, strict=True):
        if not secret:
            parts.append(char)
        elif not was:
            parts.append(HIDDEN)
        was = secret
    return "".join(parts)
