"""HL001: an ignore comment that suppresses nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.engine.suppress import Suppressions


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
            )
