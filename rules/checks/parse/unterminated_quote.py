"""PA003: a quote that is not closed on its line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA003", "unterminated-quote", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    r"""A quote is not closed on its line.

    Why it hurts: haproxy refuses the file ("unmatched quote"; 2.6 to 3.4). keepalived reports it and
    goes on with the words that it has so far, or ends when a parameter is missing then (2.2.7). An
    apostrophe in plain text counts as a quote for haproxy: `description it's ours`.

    How to fix: close the quote on the same line; write `\'` for an apostrophe in haproxy.cfg.

    Silent when: the quote stands in a comment, where neither daemon looks at it.
    """
    return problem_hits(document, "unterminated-quote")
