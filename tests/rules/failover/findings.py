"""What the rules say of a fleet's keepalived.conf files."""

from __future__ import annotations

from collections.abc import Mapping

from rules import lint
from rules.engine.finding import Finding

SAYS_THE_CAUSE = ("XN001", "KA002", "KA003", "KA036")
"""The rules of which one at least speaks when the VIP does not follow haproxy."""


def found(nodes: Mapping[str, str], *codes: str) -> list[Finding]:
    """The findings of these rules (all without one) on the nodes' keepalived.conf."""
    report = lint({f"{name}/keepalived.conf": text for name, text in nodes.items()})
    assert not report.crashes
    return [finding for finding in report.findings if not codes or finding.code in codes]
