"""PA013: a variable in double quotes that haproxy can't read."""

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


@rule("PA013", "invalid-variable", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    r"""A `$` inside double quotes does not start a variable that haproxy can read.

    Why it hurts: haproxy refuses the file (2.6 to 3.4): the name must start with a letter or `_`, or be
    one of `.FILE`, `.LINE` and `.SECTION`, and `${NAME:-default}` is the shell's form, not haproxy's.

    How to fix: write `"${NAME}"` or `"${NAME-default}"`; write `\$` for the character itself, or use
    single quotes.

    Silent when: the `$` is outside double quotes, where it means itself.
    """
    for hit in problem_hits(document, "invalid-variable"):
        hit.fix = partial(_fix, hit.span)
        yield hit


def _fix(place: Span) -> Fix | None:
    """The shell's `${NAME:-default}` without the colon; a `$` that begins no variable with a backslash."""
    text = place.source.text
    shell = re.compile(r"\$\{[A-Za-z_]\w*(:)-[^}\n]*\}").match(text, place.start)
    if shell is not None:
        return Fix.write(place.source.span(*shell.span(1)), "", "remove the colon")
    plain = text[place.start + 1 : place.start + 2] not in ("{", "")
    return Fix.write(place, "\\$") if plain and place.text == "$" else None
