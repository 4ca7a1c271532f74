"""PA006: statements before the first section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA006", "text-outside-section", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    """The file has statements before its first section.

    Why it hurts: haproxy can't tell what they belong to and refuses the file ("unknown keyword ... out of section"; 2.6
    to 3.4). A section of an earlier file does not continue in this one, so a file given with a second `-f` needs its
    own section keyword.

    How to fix: put `global`, `defaults`, `frontend NAME`, `backend NAME` or `listen NAME` before the
    statements; look for a misspelled section keyword.

    Silent when: there are none. If every one of them depends on an `.if` or has a placeholder, it is a warning.
    """
    for hit in problem_hits(document, "text-outside-section"):
        hit.fix = partial(_fix, hit)
        yield hit


def _fix(hit: Hit) -> Fix | None:
    """The section keyword that was meant, in place of the first word of the statements."""
    found = re.match(r"did you mean the section keyword '(\w+)'\?", hit.help)
    word = re.match(r"[^\s\"'\\#]+(?=\s)", hit.span.text)
    if found is None or word is None:
        return None
    start = hit.span.start
    return Fix.write(hit.span.source.span(start, start + word.end()), found[1], safe=False)
