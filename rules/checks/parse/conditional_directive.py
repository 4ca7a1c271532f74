"""PA007: an invalid line that starts with a dot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA007", "conditional-directive", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    """A line that starts with a dot (`.if`, `.else`, `.alert`, ...) is invalid.

    Why it hurts: haproxy stops reading the file there (2.6 to 3.4): an `.if` without `.endif`, an argument after
    `.else`, an invalid condition, a message of several words without quotes, an unknown word, or an `.alert`, whose
    purpose is to stop.

    How to fix: complete the block; put messages in quotes; write conditions with `defined()`, `feature()`, `streq()`,
    `version_atleast()` and the like.

    Silent when: the line is in a branch that does not apply. A line that depends on another condition, and a predicate
    that only newer versions may know, are warnings.
    """
    for hit in problem_hits(document, "conditional-directive", "unknown-dot-directive"):
        hit.fix = partial(_fix, hit)
        yield hit


_MESSAGE = r"""[ \t]*\.\w+[ \t]+([^"'\\#$\r\n]*[^"'\\#$\s])[ \t]*(?=\r?\n|\Z)"""


def _fix(hit: Hit) -> Fix | None:
    if hit.help.startswith("remove it"):
        return Fix.cut(hit.span, safe=False)
    source = hit.span.source
    found = re.compile(_MESSAGE).match(source.text, source.text.rfind("\n", 0, hit.span.start) + 1)
    if hit.help != "put the message in quotes" or found is None:
        return None
    return Fix.write(source.span(*found.span(1)), f'"{found[1]}"', hit.help)
