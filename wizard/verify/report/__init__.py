"""A checklist as text and as JSON."""

from __future__ import annotations

from rules.live import LiveView
from rules.report import Style
from wizard.verify.checklist.model import Checklist
from wizard.verify.options import VerifyOptions


def render(found: Checklist, view: LiveView, options: VerifyOptions, *, brief: bool = False) -> str:
    """The checklist in the format of the command line; `--watch` writes JSON one object per line."""
    if options.format == "json":
        from wizard.verify.report.json import render as render_json

        return render_json(found, view, compact=options.watch)
    from wizard.verify.report.text import text

    return text(found, view, _style(options), brief=brief)


def _style(options: VerifyOptions) -> Style:
    from shutil import get_terminal_size

    return Style(options.color, max(get_terminal_size((80, 24)).columns, 40))
