"""Comments that suppress findings: `# halb: ignore[CODE, name] reason` and `# halb: ignore-file[CODE]`.

An ignore comment is at the end of its line or alone on the line before; `!` also starts a comment in keepalived.conf.
`ignore-file` works in the first ten lines. An ignore comment that names no rule, or suppresses nothing, is a finding
itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from parsers.source import Source, Span
from rules.engine.finding import Finding
from rules.engine.registry import find_rules

_COMMENT = r"[#!][ \t]*+halb:[ \t]*+(ignore(?:-file)?)\b(?:\[([^\]\n]*+)\])?"
_FILE_LINES = 10


class Ignore:
    """One ignore comment: the codes that it suppresses, the words that name no rule, whether it was used."""

    __slots__ = ("codes", "line", "span", "unknown", "used", "whole_file")

    def __init__(self, source: Source, match: re.Match[str]) -> None:
        line, column = source.position(match.start())
        alone = not source.line(line)[: column - 1].strip(" \t\v\f")
        self.whole_file = match[1] == "ignore-file"
        # Alone on its line it applies to the next one.
        self.line = line + 1 if alone else line
        self.span = Span(source, *match.span())
        self.used = False
        self.unknown: list[str] = []
        self.codes: set[str] = set()
        for word in re.findall(r"[^\s,]+", match[2] or ""):
            rules = find_rules(word)
            self.codes.update(rule.code for rule in rules)
            if not rules:
                self.unknown.append(word)


class Suppressions:
    """The ignore comments of all files of a run, and which of them were used."""

    def __init__(self, sources: Sequence[Source], ran: AbstractSet[str]) -> None:
        """`ran` are the codes of the rules that had a subject."""
        self._ran = ran
        self._ignores: dict[str, list[Ignore]] = {}
        for source in sources:
            if "halb:" in source.text:
                self._ignores[source.path] = list(_read(source))
        self._by_line: dict[tuple[str, int], list[Ignore]] = {}
        for path, ignores in self._ignores.items():
            for ignore in ignores:
                self._by_line.setdefault((path, 0 if ignore.whole_file else ignore.line), []).append(ignore)

    def hide(self, finding: Finding) -> bool:
        """Whether a comment at the finding's main place suppresses it."""
        at = finding.location
        hidden = False
        for line in (0, at.line):
            for ignore in self._by_line.get((at.file, line), ()):
                if finding.code in ignore.codes:
                    ignore.used = hidden = True
        return hidden

    def idle(self, ignore: Ignore) -> bool:
        """Whether the comment suppressed nothing although every rule that it names ran."""
        return bool(ignore.codes) and not ignore.used and ignore.codes <= self._ran

    @property
    def ignores(self) -> Iterator[Ignore]:
        """Every ignore comment; `used` is final once every finding has been offered to `hide`."""
        for ignores in self._ignores.values():
            yield from ignores


def _read(source: Source) -> Iterator[Ignore]:
    for match in re.finditer(_COMMENT, source.text):
        ignore = Ignore(source, match)
        if not ignore.whole_file or ignore.span.line <= _FILE_LINES:
            yield ignore


def ignored_for_file(finding: Finding, ignores: Mapping[str, Sequence[str]]) -> bool:
    """Whether `per-file-ignores` (glob -> codes, names, prefixes or ALL) hide a finding."""
    if not ignores:
        return False
    from fnmatch import fnmatch

    return any(
        fnmatch(finding.location.file, pattern)
        and any(code in (finding.name, "ALL") or finding.code.startswith(code) for code in codes)
        for pattern, codes in ignores.items()
    )
