"""Rows of cells below each other within a width: what is too long continues on the next line; nothing is cut off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from parsers.records import NamedTuple
from rules.report.style import Style

_GAP = "  "
_HANG = "  "
_DETAIL = "    "
_TALLEST = 3  # lines of a row on average; with more, columns no longer help
# Where a cell may continue on the next line, the better places first.
_EVENT_BREAKS = (re.compile(r"(?<=\+)"), re.compile(r"(?<=[:+,|])"))
_OWNER_BREAKS = (re.compile(r"(?<= )(?=or )"), re.compile(r"(?<= )(?=\S+ )|(?<= )"), re.compile(r"(?<=[ +])"))


class Cells(NamedTuple):
    """One row: the event, the nodes that have the VIP, the outage, the verdict with its colour, and the reason."""

    event: str
    owner: str
    outage: str
    verdict: str
    color: str = ""
    why: str = ""


_HEAD = Cells("event", "owner", "outage", "verdict")


def columns(rows: Sequence[Cells], style: Style) -> Iterator[str]:
    """The rows as lines below a line with the columns' names. Consecutive rows with the same reason share it."""
    outage, verdict = (max(len(row[index]) for row in (_HEAD, *rows)) for index in (2, 3))
    widths = _two_widths(rows, style.width - outage - verdict - 3 * len(_GAP))
    if widths is None:
        for row in rows:
            yield from _stacked(row, style)
        return
    yield style.paint(_GAP.join((*_padded(_HEAD, (*widths, outage)), _HEAD.verdict)), "dim")
    for why, group in groupby(rows, lambda row: row.why):
        alike = list(group)
        lines = [_lines(row, (*widths, outage), style) for row in alike]
        room = style.width - sum(widths) - outage - 3 * len(_GAP) - max(len(row.verdict) for row in alike)
        if all(len(of_row) == 1 for of_row in lines) and len(why) + len(_GAP) <= room:
            yield from (f"{of_row[0]}{_GAP}{style.paint(why, 'dim')}".rstrip() for of_row in lines)
        else:
            for of_row in lines:
                yield from of_row
            yield from _reason(why, style)


def wrapped(text: str, width: int, indent: str, first: str = "") -> list[str]:
    """A sentence in lines of at most `width`, words kept whole; all but the first begin with `indent`."""
    return wrap(
        text,
        max(width, len(indent) + 20),
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _reason(why: str, style: Style) -> Iterator[str]:
    return (style.paint(line, "dim") for line in wrapped(why, style.width, _DETAIL, _DETAIL))


def _two_widths(rows: Sequence[Cells], room: int) -> tuple[int, int] | None:
    """The widths of the first two columns with which the rows take the fewest lines; None if nothing fits."""
    event, owner = (max(len(row[index]) for row in (_HEAD, *rows)) for index in (0, 1))
    if event + owner <= room:
        return event, owner
    best: tuple[int, tuple[int, int]] | None = None
    for width in range(min(event, room), 0, -1):
        lines = _height(rows, width, room - width)
        if lines is not None and (best is None or lines < best[0]):
            best = lines, (width, min(owner, room - width))
    return None if best is None or best[0] > _TALLEST * len(rows) else best[1]


def _height(rows: Sequence[Cells], event: int, owner: int) -> int | None:
    """How many lines the rows take with these widths; None if a name is too long for its column."""
    lines = 0
    for row in (_HEAD, *rows):
        cells = _folded(row.event, event, _EVENT_BREAKS), _folded(row.owner, owner, _OWNER_BREAKS)
        if any(len(line) > width for cell, width in zip(cells, (event, owner), strict=True) for line in cell):
            return None
        lines += max(map(len, cells))
    return lines


def _folded(text: str, width: int, breaks: Sequence[re.Pattern[str]]) -> list[str]:
    """A cell's lines; all but the first are indented. Names are not broken, so a line may be too long."""
    if len(text) <= width or not breaks:
        return [text]
    lines = [""]
    for part in breaks[0].split(text):
        if len((lines[-1] + part).rstrip()) <= width:
            lines[-1] += part
            continue
        hang = _HANG if lines[-1] else ""
        if not hang:
            lines.pop()
        first, *rest = _folded(part, width - len(hang), breaks[1:])
        lines += [hang + first, *((hang or "") + line for line in rest)]
    return [line.rstrip() for line in lines]


def _padded(row: Cells, widths: tuple[int, int, int]) -> tuple[str, str, str]:
    return row.event.ljust(widths[0]), row.owner.ljust(widths[1]), row.outage.ljust(widths[2])


def _lines(row: Cells, widths: tuple[int, int, int], style: Style) -> list[str]:
    """A row's lines without its reason; the first one has the outage and the verdict."""
    events = _folded(row.event, widths[0], _EVENT_BREAKS)
    owners = _folded(row.owner, widths[1], _OWNER_BREAKS)
    first = row._replace(event=events[0], owner=owners[0])
    lines = [_GAP.join((*_padded(first, widths), style.paint(row.verdict, row.color)))]
    for index in range(1, max(len(events), len(owners))):
        event, owner = (cell[index] if index < len(cell) else "" for cell in (events, owners))
        lines.append(f"{event.ljust(widths[0])}{_GAP}{owner}".rstrip())
    return lines


def _stacked(row: Cells, style: Style) -> Iterator[str]:
    """The cells of a row below each other, for names that leave no room for columns."""
    yield from _folded(row.event, style.width, _EVENT_BREAKS)
    outage = "" if row.outage == "-" else _GAP + row.outage
    yield f"{_GAP}{style.paint(row.verdict, row.color)}{outage}"
    yield from (_GAP + line for line in _folded(row.owner, style.width - len(_GAP), _OWNER_BREAKS))
    yield from _reason(row.why, style)
