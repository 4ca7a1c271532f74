"""PA007: an invalid line that starts with a dot."""

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
    """A line that starts with a dot (`.if`, `.else`, `.alert`, ...) is invalid.

    Why it hurts: haproxy stops reading the file there (2.6 to 3.4): an `.if` without `.endif`, an argument after
    `.else`, an invalid condition, a message of several words without quotes, an unknown word, or an `.alert`, whose
    purpose is to stop.

    How to fix: complete the block; put messages in quotes; write conditions with `defined()`, `feature()`, `streq()`,
    `version_atleast()` and the like.

    Silent when: the line is in a branch that does not apply. A line that depends on another condition, and a predicate
    that only newer versions may know, are warnings.
    """
    return problem_hits(document, "conditional-directive", "unknown-dot-directive")
