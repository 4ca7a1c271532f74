"""HL001: an ignore comment that hides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.engine.suppress import Suppressions


@rule("HL001", "unused-ignore", Severity.INFO, Scope.LINT)
def check(suppressions: Suppressions) -> Iterator[Hit]:
    """An ignore comment hides no finding.

    Why it hurts: the mistake that it excused is gone, or the comment stands on the wrong line; the next
    mistake of that kind, on that line, would be hidden without anybody having looked at it.

    How to fix: remove the comment, or move it to the end of the line of the finding or to the line before.

    Silent when: the comment hides at least one finding of any of its codes, or one of the rules did not run (it was
    not selected, or only one node was given).
    """
    for ignore in suppressions.ignores:
        if suppressions.idle(ignore):
            yield Hit(
                ignore.span,
                f"the ignore comment for {', '.join(sorted(ignore.codes))} hides nothing",
                help="remove the comment, or move it to the line of the finding (or the line before)",
            )
