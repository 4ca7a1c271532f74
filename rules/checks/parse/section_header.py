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
    """The header of a section is invalid.

    Why it hurts: a header without a name, with a character that is not allowed in a name, with too many words, or with
    a `from` without a name makes haproxy refuse the file, mostly without reading past that line (2.6 to 3.2; 3.4
    reports a bad character but starts).

    How to fix: write `KEYWORD NAME`; the name may have letters, digits and `. : _ -`. Anything else goes on the lines
    below.

    Silent when: the header has a placeholder, and for an address after the name, which `removed-keyword` (HA030)
    reports.
    """
    hits = list(problem_hits(document, "section-header"))
    if hits:
        words = [header_address(section) for section in getattr(document, "sections", ())]
        elsewhere = {word.start for word in words if word is not None}
        yield from (hit for hit in hits if hit.span.start not in elsewhere)
