"""Settings missing in a keepalived.conf: when that is a mistake, and when it is the consequence of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.support.keepalived.unknown import unknown_lines

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.tree import Directive

_BRACES = frozenset(("missing-open-brace", "missing-close-brace", "extra-open-brace", "extra-close-brace"))


def blocks_in_doubt(config: KeepalivedConfig) -> set[Directive]:
    """The top-level blocks with a line unknown to keepalived: a missing setting may be that very line, misspelled."""
    found: set[Directive] = set()
    for unknown in unknown_lines(config.document):
        line = unknown.place.line
        while line.parent is not None:
            line = line.parent
        found.add(line)
    return found


def can_tell_what_is_missing(config: KeepalivedConfig) -> bool:
    """Whether an absent line is really missing: all files are known and all braces match."""
    return config.complete and braces_match(config)


def braces_match(config: KeepalivedConfig) -> bool:
    """Whether each line is in the block that the author meant: all braces match."""
    return not any(problem.kind in _BRACES for problem in config.document.problems)
