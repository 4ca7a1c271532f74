"""PA008: text behind a carriage return in mid line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA008", "text-after-carriage-return", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    r"""Text follows a carriage return in the middle of a line.

    Why it hurts: for haproxy a carriage return ends the line, and what stands between it and the next
    newline is dropped without a word (2.6 to 3.4): a warning. Most editors show it as a line of its own,
    so a server or an ACL that everybody sees is not there. A file with carriage returns only is a single
    line, and is refused.

    How to fix: replace the carriage returns by newlines: `dos2unix`, or `tr '\r' '\n'` for old Macintosh
    line ends.

    Silent when: the carriage return stands directly before the newline: both daemons accept those line
    ends.
    """
    return problem_hits(document, "text-after-carriage-return")
