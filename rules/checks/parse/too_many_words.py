"""PA005: more than 64 words on a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA005", "too-many-words", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """A line has more than 64 words.

    Why it hurts: haproxy accepts 64 words on a line, including the keyword, and refuses the file if there are more
    ("too many words"; 2.6 to 3.4). Long lists of addresses in an `acl` are the usual case.

    How to fix: repeat the line (several `acl` lines with the same name are alternatives), or put the list in a file and
    load it with `-f FILE`.

    Silent when: the line has 64 words or fewer; quoted text is one word.
    """
    return problem_hits(document, "too-many-words")
