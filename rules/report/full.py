"""`--format full`: each finding with the lines that it is about, carets below them, and what to do.

The places of a cross-node finding are one below the other, so that the difference is visible at a glance.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rules.engine.finding import Finding, Location, Report
from rules.report.style import Style, laid_out, printable

_MARGIN = 3  # " | " between the line number and the line


def render(report: Report, style: Style) -> str:
    """The findings as blocks with an empty line between them."""
    excerpts = _Excerpts(report, style)
    return "\n".join(_block(finding, style, excerpts) for finding in report.findings)


def _block(finding: Finding, style: Style, excerpts: _Excerpts) -> str:
    places = [finding.location, *finding.related]
    gutter = max(len(str(place.line)) for place in places)
    head = style.severity(finding.severity, f"{finding.severity.word}[{finding.code}]")
    lines = [f"{head} {style.paint(finding.name, 'bold')}"]
    lines += [f"  {line}" for line in _wrap(finding.message, style.width - 2)]
    for index, place in enumerate(places):
        lines += excerpts.excerpt(place, gutter, finding if index == 0 else None)
    bar = " " * gutter + " " + style.paint("=", "blue")
    for index, line in enumerate(_wrap(finding.help, style.width - gutter - 9)):
        lines.append(f"{bar} {style.paint('help:', 'bold')} {line}" if index == 0 else f"{' ' * (gutter + 9)}{line}")
    return "\n".join(lines) + "\n"


class _Excerpts:
    """The lines that findings are about; the last one is kept, as a long line can have thousands of findings."""

    def __init__(self, report: Report, style: Style) -> None:
        self._report = report
        self._style = style
        self._last: tuple[str, int] = ("", 0)
        self._columns: list[str] = []
        self._places: Sequence[int] = (0,)

    def excerpt(self, place: Location, gutter: int, main: Finding | None) -> list[str]:
        """The line of a place with a mark below it; `main`: the finding whose main place it is."""
        style = self._style
        pad = " " * gutter
        bar = style.paint("|", "blue")
        arrow = style.paint("-->" if main else ":::", "blue")
        where = f"{printable(place.file)}:{place.line}:{place.column}"
        if main and main.copies:
            node = f"  {printable(main.nodes)}"
        else:
            node = f"  ({printable(place.node)})" if place.node and len(self._report.nodes) > 1 else ""
        text, start, length = self._window(place, style.width - gutter - _MARGIN)
        number = style.paint(str(place.line).rjust(gutter), "blue")
        mark = ("^" if main else "-") * length
        note = f" {printable(place.note)}" if place.note else ""
        painted = style.severity(main.severity, mark + note) if main else style.paint(mark + note, "blue")
        return [
            f"{pad}{arrow} {where}{node}",
            *([f"{pad} {bar}"] if main else []),
            f"{number} {bar} {text}",
            f"{pad} {bar} {' ' * start}{painted}",
        ]

    def _window(self, place: Location, width: int) -> tuple[str, int, int]:
        """The part of the line that fits, and the marked range in it (start, length); all in columns."""
        if self._last != (place.file, place.line):
            self._last = (place.file, place.line)
            text = printable(self._report.secrets.line(place.source, place.line)).rstrip()
            self._columns, self._places = laid_out(text)
        columns, places = self._columns, self._places
        end = len(places) - 1
        first = min(place.column - 1, end)
        last = min(place.end_column - 1, end) if place.end_line == place.line else end
        start = places[first]
        length = max(places[last] - start, 1)
        width = max(width, 20)
        if len(columns) <= width:
            return "".join(columns), start, length
        left = max(0, min(start - width // 4, len(columns) - width))
        shown = columns[left : left + width]
        if left:
            shown[0] = "…"
            if shown[1] == "":
                shown[1] = " "
        if left + width < len(columns):
            if shown[-1] == "":
                shown[-2] = " "
            shown[-1] = "…"
        return "".join(shown), start - left, min(length, width - (start - left))


def _wrap(text: str, width: int) -> list[str]:
    return [
        line
        for paragraph in text.split("\n")
        for line in wrap(printable(paragraph), max(width, 30), break_long_words=False, break_on_hyphens=False) or [""]
    ]
