"""PA002: a byte order mark at the start of the file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA002", "byte-order-mark", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    r"""The file starts with a byte order mark.

    Why it hurts: both daemons read the invisible character as part of the first word. haproxy refuses the file, even if
    its first line is a comment (2.6 to 3.4); keepalived no longer recognises the first keyword, and runs without that
    block (2.2.7).

    How to fix: save the file as UTF-8 without BOM, or `sed -i '1s/^\xEF\xBB\xBF//' FILE`.

    Silent when: the file does not start with one.
    """
    for hit in problem_hits(document, "byte-order-mark"):
        hit.fix = partial(Fix.write, hit.span, "", "remove the byte order mark")
        yield hit
