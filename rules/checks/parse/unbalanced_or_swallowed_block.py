"""KA026: a missing or extra brace in keepalived.conf."""

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
    """A `{` or `}` in keepalived.conf is missing, or there is an extra one.

    Why it hurts: keepalived does not stop because of it. A block that is not closed swallows what follows: the next
    `vrrp_instance` becomes an unknown keyword, and its settings overwrite those of the open one. An extra `}` closes
    the instance early, and its addresses or checks are gone. The daemon runs with what is left, and its own messages
    point to dozens of other lines (measured with keepalived 2.2.7).

    How to fix: add or remove the brace where the finding points; each `{` needs its `}`.

    Silent when: the braces match, wherever they are: `VI_1{`, `{` on its own line, and `}}` are fine. Text in double
    quotes may contain braces.
    """
    return problem_hits(document, "missing-open-brace", "missing-close-brace", "extra-open-brace", "extra-close-brace")
