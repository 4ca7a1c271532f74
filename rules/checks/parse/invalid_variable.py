"""PA013: a variable in double quotes that haproxy can't read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA013", "invalid-variable", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    r"""A `$` inside double quotes does not start a variable that haproxy can read.

    Why it hurts: haproxy refuses the file (2.6 to 3.4): the name must start with a letter or `_`, or be
    one of `.FILE`, `.LINE` and `.SECTION`, and `${NAME:-default}` is the shell's form, not haproxy's.

    How to fix: write `"${NAME}"` or `"${NAME-default}"`; write `\$` for the character itself, or use
    single quotes.

    Silent when: the `$` is outside double quotes, where it means itself.
    """
    return problem_hits(document, "invalid-variable")
