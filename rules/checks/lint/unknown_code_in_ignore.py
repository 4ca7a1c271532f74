"""HL002: an ignore comment that names no rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule, suggest
from rules.engine.suppress import Suppressions

if TYPE_CHECKING:
    from parsers.source import Span


@rule("HL002", "unknown-code-in-ignore", Severity.WARNING, Scope.LINT)
def check(suppressions: Suppressions) -> Iterator[Hit]:
    """An ignore comment names an unknown code or rule, or none at all.

    Why it hurts: the comment looks as if it suppressed a finding, but it suppresses nothing.

    How to fix: write the codes or names in brackets, as `halb-lint --list-rules` shows them: `# halb: ignore[KA012] why
    it is right here`.

    Silent when: every word in the brackets is a code, a name, or a prefix of codes.
    """
    for ignore in suppressions.ignores:
        for word in ignore.unknown:
            near = suggest(word)
            yield Hit(
                ignore.span,
                f"unknown rule '{word}' in an ignore comment",
                help=f"write '{near}' instead of '{word}'"
                if near
                else "run 'halb-lint --list-rules' for the codes and names",
                fix=partial(_fix, ignore.span, word, near) if near else None,
            )
        if not ignore.codes and not ignore.unknown:
            yield Hit(
                ignore.span,
                "the ignore comment names no rule, so it suppresses nothing",
                help="write the codes in brackets: 'halb: ignore[KA012] why it is right here'",
            )


def _fix(span: Span, word: str, near: str) -> Fix | None:
    """Another word in the brackets."""
    found = re.compile(rf"(?<=[\[,\s]){re.escape(word)}(?=[\],\s])").search(span.text)
    if found is None:
        return None
    place = span.source.span(span.start + found.start(), span.start + found.end())
    return Fix.write(place, near, safe=False)
