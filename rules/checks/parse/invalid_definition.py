"""PA012: a `$NAME=` definition that keepalived can't read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA012", "invalid-definition", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """A definition (`$NAME=value`) or a repeated line (`~SEQ`, `~LST`) is not written as keepalived reads it.

    Why it hurts: keepalived takes the line for an unknown keyword or drops it, and wherever the name is
    used its text stays as it stands: an address or a priority that is none (measured with 2.2.7;
    keepalived.conf(5), "Parameter substitution").

    How to fix: write `$NAME=value` without a blank before the `=`, the name of letters, digits and `_`.

    Silent when: the line is an ordinary one.
    """
    return problem_hits(document, "invalid-definition")
