"""PA010: a line of more than 1023 bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA010", "line-too-long", Severity.WARNING, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """A line is longer than the 1023 bytes that keepalived reads.

    Why it hurts: keepalived 2.2.7 reads the rest as a new line, even if the line is a comment: its text then becomes
    keywords. From 2.4.0 on the whole line is ignored and reported.

    How to fix: split the line; the items of a block may be on separate lines.

    Silent when: the line has 1023 bytes or fewer. haproxy has no such limit.
    """
    return problem_hits(document, "line-too-long")
