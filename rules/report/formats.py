"""The formats by their names on the command line."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from rules.engine.finding import Report
from rules.report.style import Style


def renderer(name: str) -> Callable[[Report, Style], str]:
    """The `render` of a `--format` (full, concise, json, github); only its module is loaded."""
    render: Callable[[Report, Style], str] = import_module(f"rules.report.{name}").render
    return render
