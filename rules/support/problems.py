"""From the parsers' problems to hits: what the PA rules share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity

if TYPE_CHECKING:
    from parsers.tree import Document


def problem_hits(document: Document, *kinds: str) -> Iterator[Hit]:
    """A hit for each of the document's problems of these kinds.

    A problem that only some versions of the daemon object to (`Problem.certain` is false) is a warning.
    """
    for problem in document.problems:
        if problem.kind in kinds:
            yield Hit(
                problem.span,
                problem.message,
                help=problem.help,
                related=problem.related,
                severity=None if problem.certain else Severity.WARNING,
            )
