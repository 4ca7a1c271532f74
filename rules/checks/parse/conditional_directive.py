"""PA007: a line that starts with a dot and can't be followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA007", "conditional-directive", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """A line that starts with a dot (`.if`, `.else`, `.alert` ...) can't be followed.

    Why it hurts: haproxy stops reading the file there (2.6 to 3.4): an `.if` without `.endif`, an
    argument behind `.else`, a condition that it can't read, a message of several words without quotes, a
    word that it does not know, or an `.alert`, whose purpose it is to stop.

    How to fix: complete the block; put messages in quotes; write conditions with `defined()`,
    `feature()`, `streq()`, `version_atleast()` and their like.

    Silent when: the line stands in a branch that does not apply. What depends on another condition, and
    a predicate that only newer versions may know, is a warning.
    """
    return problem_hits(document, "conditional-directive", "unknown-dot-directive")
