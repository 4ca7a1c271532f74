r"""PA004: `\x` without two hexadecimal digits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA004", "invalid-escape", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    r"""`\x` is not followed by two hexadecimal digits.

    Why it hurts: haproxy reads `\xHH` as the character with that code, also inside double quotes, and refuses the file
    if the digits are missing (2.6 to 3.4). This usually happens in Windows paths and regular expressions.

    How to fix: write the two digits, double the backslash (`\\x`), or put the word in single quotes.

    Silent when: the backslash is followed by anything else: haproxy then keeps both characters.
    """
    for hit in problem_hits(document, "invalid-escape"):
        hit.fix = partial(Fix.write, hit.span, f"\\{hit.span.text}", safe=False)
        yield hit
