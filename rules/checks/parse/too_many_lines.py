"""PA015: a keepalived.conf of too many lines to be judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA015", "too-many-lines", Severity.INFO, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """Repeated lines (`~SEQ`, `~LST`) and definitions of several lines stand for more lines than halb reads.

    Why it hurts: `~SEQ(A, 1, 4000000)` makes four million lines of one, which is hardly meant; keepalived reads all of
    them (in 3 s, measured with 2.2.7). halb reads 10,000 such lines of a file; further ones are not judged, and rules
    that need the whole file are silent.

    How to fix: let it stand for fewer lines, or write the lines into a file that keepalived.conf includes.

    Silent when: a file has no more than 10,000 such lines. It is said once in a file.
    """
    return problem_hits(document, "too-many-lines")
