"""HL001: an ignore comment that suppresses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.engine.suppress import Suppressions

if TYPE_CHECKING:
    from parsers.source import Span


@rule("HL001", "unused-ignore", Severity.INFO, Scope.LINT)
def check(suppressions: Suppressions) -> Iterator[Hit]:
    """An ignore comment suppresses no finding.

    Why it hurts: the mistake that it suppressed is gone, or the comment is on the wrong line; the next mistake of that
    kind, on that line, would be suppressed without anyone having seen it.

    How to fix: remove the comment, or move it to the end of the line of the finding or to the line before.

    Silent when: the comment suppresses at least one finding of any of its codes, or one of the rules did not run (it
    was not selected, or only one node was given).
    """
    for ignore in suppressions.ignores:
        if suppressions.idle(ignore):
            yield Hit(
                ignore.span,
                f"the ignore comment for {', '.join(sorted(ignore.codes))} suppresses nothing",
                help="remove the comment, or move it to the line of the finding (or the line before)",
                fix=partial(_fix, ignore.span),
            )


def _fix(span: Span) -> Fix | None:
    """The comment with its reason, and its line if nothing else is in it."""
    source = span.source
    line = source.line(span.line)
    start = source.line_start(span.line)
    front = line[: span.start - start].rstrip()
    if not front:
        return Fix.remove(source.span(span.start, start + len(line)), title="remove the comment", safe=False)
    place = source.span(start + len(front), start + len(line))
    return Fix.write(place, "", "remove the comment", safe=False)
