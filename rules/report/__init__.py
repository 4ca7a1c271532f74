"""How a report is written: one module per `--format`, each with `render(report, style) -> str`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.report.concise import render
    from rules.report.diff import unified
    from rules.report.failover import outage_words
    from rules.report.formats import renderer
    from rules.report.masking import masked_lines, without_secrets
    from rules.report.matching import Matcher
    from rules.report.style import Style, printable

__all__ = [
    "Matcher",
    "Style",
    "masked_lines",
    "outage_words",
    "printable",
    "render",
    "renderer",
    "unified",
    "without_secrets",
]

__getattr__ = lazily(
    __name__,
    {
        "concise": "render",
        "diff": "unified",
        "failover": "outage_words",
        "formats": "renderer",
        "masking": "masked_lines without_secrets",
        "matching": "Matcher",
        "style": "Style printable",
    },
)
