"""PA011: a section header that haproxy refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.removed import header_address
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA011", "section-header", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    """The header of a section is not what haproxy expects.

    Why it hurts: a header without a name, with a character that may not stand in a name, with more words
    than it takes, or a `from` without a name makes haproxy refuse the file, mostly at that line without
    reading on (2.6 to 3.2; 3.4 reports a bad character and starts all the same).

    How to fix: write `KEYWORD NAME`, the name of letters, digits and `. : _ -`; anything else goes on
    lines below.

    Silent when: the header holds a placeholder, and for an address behind the name, which
    `removed-keyword` (HA030) reports.
    """
    hits = list(problem_hits(document, "section-header"))
    if hits:
        words = [header_address(section) for section in getattr(document, "sections", ())]
        elsewhere = {word.start for word in words if word is not None}
        yield from (hit for hit in hits if hit.span.start not in elsewhere)
