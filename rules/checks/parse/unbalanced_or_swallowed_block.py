"""KA026: a brace of keepalived.conf that is missing or one too many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("KA026", "unbalanced-or-swallowed-block", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """A `{` or `}` of keepalived.conf is missing, or there is one too many.

    Why it hurts: keepalived does not stop at it. A block that is not closed swallows what follows: the next
    `vrrp_instance` becomes an unknown keyword, and its settings overwrite those of the open one. A `}` too
    many closes the instance early, and its addresses or checks are gone. The daemon runs with what is
    left, and its own messages point at dozens of other lines (measured with keepalived 2.2.7).

    How to fix: put the brace where the finding points; each `{` has its `}`.

    Silent when: the braces match, wherever they stand: `VI_1{`, `{` on a line of its own, and `}}` are fine.
    Text in double quotes may hold braces.
    """
    return problem_hits(document, "missing-open-brace", "missing-close-brace", "extra-open-brace", "extra-close-brace")
