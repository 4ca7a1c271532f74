"""PA008: text after a carriage return in the middle of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.source import Span
    from parsers.tree import Document


@rule("PA008", "text-after-carriage-return", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    r"""Text follows a carriage return in the middle of a line.

    Why it hurts: for haproxy a carriage return ends the line, and it silently ignores everything up to the next newline
    (2.6 to 3.4): a warning. Most editors show that text as a separate line, so a server or an ACL that everyone sees
    does not exist. A file with carriage returns only is a single line, and is refused.

    How to fix: replace the carriage returns with newlines: `dos2unix`, or `tr '\r' '\n'` for old Macintosh line
    endings.

    Silent when: the carriage return is directly before the newline: both daemons accept those line endings.
    """
    for hit in problem_hits(document, "text-after-carriage-return"):
        hit.fix = partial(_fix, hit.span)
        yield hit


def _fix(span: Span) -> Fix:
    """A newline for every carriage return of the line that is not at its end."""
    source = span.source
    start = source.text.rfind("\n", 0, span.start) + 1
    end = source.text.find("\n", span.start) + 1 or len(source.text)
    places = [match.start() for match in re.compile(r"\r(?!\n)").finditer(source.text, start, end)]
    steps = tuple(("write", source.span(at, at + 1), "\n") for at in places)
    return Fix("replace the carriage returns with newlines", steps, safe=False)
