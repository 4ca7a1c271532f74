"""HA024: no newline at the end of the file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig


@rule("HA024", "missing-final-newline", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """The last line of haproxy.cfg does not end with a newline.

    Why it hurts: haproxy assumes that the file was truncated and does not start: "Missing LF on last line" (2.6 to 3.4,
    even if the line is a comment). Editors and templates that omit the newline are common: one in eight files in public
    repositories lacks it.

    How to fix: end the last line with a newline: `echo >> haproxy.cfg`.

    Silent when: the file is empty or ends with a newline. keepalived does not mind.
    """
    for document in config.documents:
        for hit in problem_hits(document, "missing-final-newline"):
            end = len(document.source.text)
            hit.fix = partial(Fix.write, document.source.span(end, end), "\n", hit.help)
            yield hit
