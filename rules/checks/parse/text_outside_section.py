"""PA006: statements before the first section."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA006", "text-outside-section", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """The file has statements before its first section.

    Why it hurts: haproxy can't tell what they belong to and refuses the file ("unknown keyword ... out of section"; 2.6
    to 3.4). A section of an earlier file does not continue in this one, so a file given with a second `-f` needs its
    own section keyword.

    How to fix: put `global`, `defaults`, `frontend NAME`, `backend NAME` or `listen NAME` before the
    statements; look for a misspelled section keyword.

    Silent when: there are none. If every one of them depends on an `.if` or has a placeholder, it is a warning.
    """
    return problem_hits(document, "text-outside-section")
