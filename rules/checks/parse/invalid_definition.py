"""PA012: a `$NAME=` definition that keepalived can't read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.source import Span
    from parsers.tree import Document


@rule("PA012", "invalid-definition", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    """A definition (`$NAME=value`) or a repeated line (`~SEQ`, `~LST`) does not have the form that keepalived expects.

    Why it hurts: keepalived reads the line as an unknown keyword or ignores it, and wherever the name is used its text
    stays unchanged: an invalid address or priority (measured with 2.2.7; keepalived.conf(5), "Parameter substitution").

    How to fix: write `$NAME=value` without a space before the `=`; the name may have letters, digits and `_`.

    Silent when: the line is neither a definition nor a repetition.
    """
    for hit in problem_hits(document, "invalid-definition"):
        hit.fix = partial(_fix, hit.span)
        yield hit


def _fix(span: Span) -> Fix | None:
    """The name with its '=' right behind it."""
    found = re.compile(r"(\$[A-Za-z_]\w*)[ \t]+=[ \t]*(?=\S)", re.ASCII).match(span.source.text, span.start)
    return Fix.write(span.source.span(span.start, found.end()), f"{found[1]}=") if found is not None else None
