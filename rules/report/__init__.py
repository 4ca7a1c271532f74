"""How a report is written: one module per `--format`, each with `render(report, style) -> str`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.faces import lazily

if TYPE_CHECKING:
    from rules.report.concise import render
    from rules.report.failover import outage_words
    from rules.report.formats import renderer
    from rules.report.style import Style, printable

__all__ = [
    "Style",
    "outage_words",
    "printable",
    "render",
    "renderer",
]

__getattr__ = lazily(
    __name__,
    {
        "concise": "render",
        "failover": "outage_words",
        "formats": "renderer",
        "style": "Style printable",
    },
)
