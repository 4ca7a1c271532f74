"""What the linter found in the rendered files: what several nodes have by one answer is one thing to change."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

from wizard.questions.session import Judgement, place_of

if TYPE_CHECKING:
    from rules import Finding, Severity
    from rules.plan import KeyPath


class Found(NamedTuple):
    """A finding, the answer that it is about, if one is known, and the nodes that have it in the same line."""

    finding: Finding
    place: KeyPath | None
    nodes: tuple[str, ...]

    @property
    def where(self) -> str:
        """File and line: of several nodes `keepalived.conf:20 (lb1, lb2)`."""
        at = self.finding.location
        if len(self.nodes) < 2:
            return f"{at.file}:{at.line}"
        return f"{_name(self.finding)}:{at.line} ({', '.join(self.nodes)})"


def findings_once(outcome: Judgement) -> tuple[Found, ...]:
    """The findings in the linter's order.

    Those of one rule, with the same words about the same answer, on the same line of several nodes' files, are one.
    """
    once: dict[Hashable, Found] = {}
    for finding in outcome.report.findings if outcome.report is not None else ():
        place = place_of(finding, outcome)
        nodes = tuple(dict.fromkeys(place.node for place in finding.places))
        words = (finding.code, finding.severity, finding.message, finding.help)
        key = (words, place, _name(finding), finding.location.line) if place is not None else id(finding)
        before = once.get(key)
        joined = nodes if before is None else tuple(dict.fromkeys((*before.nodes, *nodes)))
        once[key] = Found(finding if before is None else before.finding, place, joined)
    return tuple(once.values())


def number_of(outcome: Judgement, severity: Severity) -> int:
    """How many findings there are of a severity, as they are listed."""
    return sum(one.finding.severity is severity for one in findings_once(outcome))


def _name(finding: Finding) -> str:
    return finding.location.file.rpartition("/")[2]
