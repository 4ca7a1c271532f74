"""KA044: an included file that keepalived will not read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.source import Span
    from parsers.tree import Document


def _refuses(kind: str, variant: str, braces: bool) -> bool:
    """Whether the variant of include (its letter, or "") makes keepalived exit with status 6 for this problem."""
    if kind == "include-unreadable":
        return variant != ""
    return kind == "include-missing" and variant in ("ba" if braces else "mwa") and variant != ""


@rule("KA044", "include-problem", Severity.WARNING, Scope.PARSE)
def check(document: Document) -> Iterator[Hit]:
    """A file that keepalived.conf includes is missing, unreadable, executable, a folder, or includes itself.

    Why it hurts: `keepalived -t` mentions it but still exits with 0, and the daemon runs without the file's lines: an
    instance, a check or the addresses are missing (measured with keepalived 2.2.7). Files with an execute bit are
    skipped on purpose.

    How to fix: correct the path (it is relative to the folder of the including file), remove the execute bit (`chmod
    -x`), or remove the line. `includea` instead of `include` makes keepalived refuse to start if a file is missing,
    which is then an error here.

    Silent when: a pattern with `*`, `?` or `[` matches nothing, which is how empty folders are included, and if the
    file was not among those given. What such an include may define is not known, and no rule counts it as missing.
    """
    strict = {include.span: include for include in getattr(document, "includes", ())}
    for kind in ("include-missing", "include-unreadable", "include-cycle"):
        for hit in problem_hits(document, kind):
            include = strict.get(hit.span)
            if include is not None and _refuses(kind, include.variant, "{" in include.pattern):
                hit.severity = Severity.ERROR
            if kind == "include-cycle" and include is not None:
                hit.fix = partial(_fix, hit.span)
            yield hit


def _fix(span: Span) -> Fix | None:
    """The whole line; `span` is the pattern in it."""
    source = span.source
    line = source.text[source.line_start(span.line) : span.start]
    if not line.lstrip().startswith("include"):
        return None
    return Fix.remove(source.span(span.start - len(line.lstrip()), span.end), title="remove the include", safe=False)
