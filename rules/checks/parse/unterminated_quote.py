"""PA003: a quote that is not closed on its line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA003", "unterminated-quote", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    r"""A quote is not closed on its line.

    Why it hurts: haproxy refuses the file ("unmatched quote"; 2.6 to 3.4). keepalived reports it and continues with the
    words before it, or exits if a parameter is then missing (2.2.7). haproxy reads an apostrophe in plain text as a
    quote: `description it's ours`.

    How to fix: close the quote on the same line; write `\'` for an apostrophe in haproxy.cfg.

    Silent when: the quote is in a comment, which both daemons ignore.
    """
    for hit in problem_hits(document, "unterminated-quote"):
        before, after = _around(hit)
        if hit.span.text == "'" and before.isalpha() and after.isalpha():
            hit.fix = partial(Fix.write, hit.span, "\\'")
        yield hit


def _around(hit: Hit) -> tuple[str, str]:
    """The characters beside the quote: an apostrophe has letters."""
    text, span = hit.span.source.text, hit.span
    return text[max(span.start - 1, 0) : span.start], text[span.end : span.end + 1]
