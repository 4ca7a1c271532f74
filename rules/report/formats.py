"""The formats by their names on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from rules.engine.finding import Report, Severity
from rules.report.style import Style

FOR_SERVICES = ("sarif", "gitlab", "junit", "checkstyle")
"""The formats that are a whole document even without findings."""


def renderer(name: str) -> Callable[[Report, Style], str]:
    """What makes one text of a report in a `--format`; only its module is loaded."""
    if name in FOR_SERVICES:
        return lambda report, _: "".join(pieces(name, report))
    render: Callable[[Report, Style], str] = import_module(f"rules.report.{name}").render
    return render


def pieces(name: str, report: Report, fail_on: Severity | None = Severity.WARNING) -> Iterator[str]:
    """A report in one of the formats for services, piece by piece: a hundred thousand findings need no more memory.

    `fail_on`: the severity from which on the run fails, which junit tells.
    """
    module = import_module(f"rules.report.ci.{name}")
    made: Iterator[str] = module.pieces(report, fail_on) if name == "junit" else module.pieces(report)
    return made
