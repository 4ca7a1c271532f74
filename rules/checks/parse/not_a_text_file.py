"""PA001: a NUL character in a configuration file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA001", "not-a-text-file", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """The file contains a NUL character, so it is not a text file.

    Why it hurts: haproxy stops at the character ("Stray NUL character"), keepalived silently ignores the rest of the
    line (measured with haproxy 2.6 to 3.4 and keepalived 2.2.7). Many of them mean that an editor saved the file as
    UTF-16, or that a write or a copy was interrupted.

    How to fix: save the file as UTF-8 (in an editor: "UTF-8 without BOM"), or copy it again from its source.

    Silent when: there is no NUL character. A file full of them is reported once.
    """
    return problem_hits(document, "nul-character")
