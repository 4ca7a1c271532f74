"""PA009: an empty word that ends the arguments."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA009", "empty-word", Severity.WARNING, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    """An empty word (two quotes with nothing between them) is followed by other words.

    Why it hurts: up to haproxy 3.0 it ends the arguments silently: `server s1 10.0.0.1:6443 "" check` has no health
    check. haproxy 3.2 warns, and 3.3 and later refuse the file.

    How to fix: remove the empty word, or set the variable in it.

    Silent when: it is the last word of its line, where it changes nothing, or a variable whose value
    isn't known.
    """
    for hit in problem_hits(document, "empty-word"):
        if hit.span.text in ('""', "''"):
            hit.fix = partial(Fix.cut, hit.span, title="remove the empty word", safe=False)
        yield hit
