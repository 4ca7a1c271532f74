"""What parsing haproxy.cfg returns: the text again, its sections, problems, comments and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from parsers.grammar.haproxy import PLAIN, SPECIAL
from parsers.haproxy.lines import File, HaproxyLine
from parsers.haproxy.sections import Section
from parsers.haproxy.words import Splitter
from parsers.source import Source, Span
from parsers.tree import Problem


class HaproxyDocument:
    """One parsed haproxy.cfg.

    `sections` in file order (those under an `.if` that is certainly false are left out); `stray` are
    statements before any section; `scopes` the `[...]` lines; `file` has what holds for all lines.
    """

    __slots__ = ("_matches", "_secrets", "environment", "file", "problems", "scopes", "sections", "source", "stray")

    def __init__(self, source: Source, matches: list[re.Match[str]]) -> None:
        self.source = source
        self.file = File(source)
        self.sections: list[Section] = []
        self.problems: list[Problem] = []
        self.stray: list[HaproxyLine] = []
        self.scopes: list[Span] = []
        self.environment: dict[str, str | None] = {}
        self._matches = matches
        self._secrets: list[Span] | None = None

    @property
    def templated(self) -> bool:
        """Whether the text holds placeholders of a template."""
        return self.file.templated

    @property
    def complete(self) -> bool:
        """False when a template's control lines or an unresolved `.if` leave open what the file says."""
        return self.file.complete

    @property
    def dot_lines(self) -> list[HaproxyLine]:
        """The lines that start with a dot."""
        return self.file.dot_lines

    @property
    def path(self) -> str:
        """The path the document was parsed with."""
        return self.source.path

    @property
    def sources(self) -> Sequence[Source]:
        """The file itself: haproxy.cfg includes no other."""
        return (self.source,)

    @property
    def secrets(self) -> list[Span]:
        """The stretches that no message may show: passwords, tokens, Authorization values."""
        if self._secrets is None:
            from parsers.secrets.hints import may_hold

            self._secrets = []
            if may_hold(self.source.text):
                from parsers.haproxy.secrets import find_secrets

                self._secrets = find_secrets(self.source)
        return self._secrets

    def comments(self) -> Iterator[Span]:
        """Every comment, from its `#` to the end of the line, in file order."""
        source = self.source
        text = source.text
        if "#" not in text:
            return
        for match in self._matches:
            if "#" not in match[0]:
                continue
            start = self._comment_start(match)
            if start is not None:
                end = match.end()
                while end > start and text[end - 1] in "\r\n":
                    end -= 1
                yield Span(source, start, end)

    def _comment_start(self, match: re.Match[str]) -> int | None:
        kind = match.lastindex
        text = self.source.text
        if kind is None or kind == PLAIN:
            return text.index("#", match.start(), match.end())
        if kind == SPECIAL and match[SPECIAL] == "[":
            at = text.find("#", match.start(), match.end())
            return at if at >= 0 else None
        return Splitter(self.source, match.start(), match.end()).comment

    def __str__(self) -> str:
        return "".join([match[0] for match in self._matches])

    def __repr__(self) -> str:
        return f"HaproxyDocument({self.source.path!r}, {len(self.sections)} sections)"
