"""KA026: a missing or extra brace in keepalived.conf."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("KA026", "unbalanced-or-swallowed-block", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    """A `{` or `}` in keepalived.conf is missing, or there is an extra one.

    Why it hurts: keepalived does not stop because of it. A block that is not closed swallows what follows: the next
    `vrrp_instance` becomes an unknown keyword, and its settings overwrite those of the open one. An extra `}` closes
    the instance early, and its addresses or checks are gone. The daemon runs with what is left, and its own messages
    point to dozens of other lines (measured with keepalived 2.2.7).

    How to fix: add or remove the brace where the finding points; each `{` needs its `}`.

    Silent when: the braces match, wherever they are: `VI_1{`, `{` on its own line, and `}}` are fine. Text in double
    quotes may contain braces.
    """
    for kind, fix in _FIXES.items():
        for hit in problem_hits(document, kind):
            hit.fix = partial(fix, hit) if fix is not None else None
            yield hit


def _close(hit: Hit) -> Fix | None:
    """A `}` where the next block begins, or at the end of the file, as far to the right as the block."""
    source = hit.span.source
    if not hit.related:
        end = len(source.text)
        return Fix.add("above", source.span(end, end), "}", safe=False) if source.text.endswith("\n") else None
    at = hit.related[0].span
    if at.source is not source:
        return None
    own, there = (source.text[source.line_start(span.line) : span.start] for span in (hit.span, at))
    if own.strip() or there.strip() or not own.startswith(there):
        return None
    return Fix.add("above", at, f"{own.removeprefix(there)}}}", "add '}'", safe=False)


def _open(hit: Hit) -> Fix | None:
    return Fix.add("append", hit.span, "{", safe=False) if hit.help.endswith(" {'") else None


def _remove(hit: Hit) -> Fix | None:
    return Fix.remove(hit.span, title="remove the '}'", safe=False) if hit.help.startswith("remove it") else None


_FIXES: dict[str, Callable[[Hit], Fix | None] | None] = {
    "missing-open-brace": _open,
    "missing-close-brace": _close,
    "extra-open-brace": None,
    "extra-close-brace": _remove,
}
