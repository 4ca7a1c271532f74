"""The failover table as text for people: a part for each VIP, a line for each event, why, and what is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from parsers.records import NamedTuple
from rules.failover.model import Seconds
from rules.failover.table.events import Events
from rules.failover.table.rows import Block, FailoverTable, Row
from rules.failover.table.verdicts import Verdict
from rules.report.failover_columns import Cells, columns, wrapped
from rules.report.style import Style, printable
from rules.text.wording import clipped, counted

MOST_ROWS = 20
"""How many rows of combined failures are shown per VIP; `--format json` has all of them."""


class Marks(NamedTuple):
    """The characters that are not ASCII, or their replacements."""

    good: str
    bad: str
    to: str
    dot: str


UNICODE = Marks("✓", "✗", "→", "·")
ASCII = Marks("+", "x", "->", "-")

_WORDS = {
    Verdict.OK: "ok",
    Verdict.STAYS: "stays",
    Verdict.KNOWN_LIMIT: "known limit",
    Verdict.NO_OWNER: "no owner",
    Verdict.SPLIT_BRAIN: "split brain",
    Verdict.FAILING_OWNER: "failing owner",
    Verdict.UNKNOWN: "unknown",
}


_ALREADY = "it is not ok even without a failure"
_PART = "one of the failures is not ok by itself"
_NEW = "only together:"
_CAUSES = (_ALREADY, _PART, _NEW)


def marks_for(encoding: str | None) -> Marks:
    """The marks that an output with this encoding can display."""
    try:
        "".join(UNICODE).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def render(table: FailoverTable, style: Style, marks: Marks = UNICODE) -> str:
    """The table as text, each VIP's part after an empty line."""
    parts = [list(_block(block, style, marks)) for block in table.blocks]
    rest = [line for note in table.notes for line in _note(note, style)]
    return "\n".join("".join(f"{line}\n" for line in part) for part in (*parts, rest) if part)


def _block(block: Block, style: Style, marks: Marks) -> Iterator[str]:
    instance = f" (vrrp_instance {block.instance})" if block.instance and block.vips else ""
    what = f"VIP {', '.join(map(str, block.vips))}" if block.vips else f"vrrp_instance {block.instance} without a VIP"
    head = printable(clipped(f"{what} {marks.dot} {', '.join(block.nodes)}{instance}"))
    yield from (style.paint(line, "bold") for line in wrapped(head, style.width, "    "))
    if block.unknown:
        yield from wrapped(printable(clipped(f"? unknown: {block.unknown}")), style.width, "    ")
    else:
        single = [row for row in block.rows if len(row.events) <= 1]
        yield from columns([_cells(row, block.nodes, marks) for row in single], style)
        yield from _together(block, style, marks)
    for note in block.notes:
        yield from _note(note, style)


def _note(note: str, style: Style) -> list[str]:
    return wrapped(printable(clipped(f"note: {note}")), style.width, "      ")


# -- one row


def _cells(row: Row, nodes: Sequence[str], marks: Marks) -> Cells:
    mark, color = _mark(row.verdict, marks)
    return Cells(
        printable(row.event),
        printable(owner_words(row, nodes, marks.to)),
        outage_words(row.outage),
        f"{mark} {_WORDS[row.verdict]}",
        color,
        printable(clipped(row.why)),
    )


def _mark(verdict: Verdict, marks: Marks) -> tuple[str, str]:
    """A verdict's mark and colour."""
    if verdict.fault:
        return marks.bad, "red"
    match verdict:
        case Verdict.KNOWN_LIMIT:
            return "~", "yellow"
        case Verdict.UNKNOWN:
            return "?", "yellow"
        case Verdict.STAYS:
            return "=", "green"
    return marks.good, "green"


def owner_words(row: Row, nodes: Sequence[str], to: str = UNICODE.to) -> str:
    """`lb1 → lb2`, `lb1` if nothing changes, `lb1+lb2` for two at once; of several outcomes `lb1 or lb2`."""
    before = _ways((outcome.before for outcome in row.outcomes), nodes)
    after = _ways((outcome.having for outcome in row.outcomes), nodes)
    if not row.events or all(outcome.before == outcome.having for outcome in row.outcomes):
        return after
    return f"{before} {to} {after}"


def _ways(ways: Iterable[tuple[str, ...]], nodes: Sequence[str]) -> str:
    every = sorted(set(ways), key=lambda way: [nodes.index(node) for node in way])
    return " or ".join("+".join(way) or "no node" for way in every)


def outage_words(outage: Seconds | None) -> str:
    """`2.6-3.6 s`, `up to 3.6 s`, `-`, `until repaired`."""
    if outage is None:
        return "until repaired"
    low, high = f"{outage.low:.1f}", f"{outage.high:.1f}"
    if high == "0.0":
        return "-"
    if low == "0.0":
        return f"up to {high} s"
    return f"{high} s" if low == high else f"{low}-{high} s"


# -- combined failures


def _together(block: Block, style: Style, marks: Marks) -> Iterator[str]:
    """The verdicts on pairs and larger sets, and the rows of those that fail although none of their parts does."""
    bad = {row.events for row in block.rows if row.verdict.fault}
    pairs = [row for row in block.rows if len(row.events) == 2]
    larger = [row for row in block.rows if len(row.events) > 2]
    sets = f"{counted(len(larger), 'set')} of 3 or more failing checks"
    for rows, what in ((pairs, counted(len(pairs), "pair")), (larger, sets)):
        causes: dict[str, list[Row]] = {}
        for row in rows:
            if row.verdict.fault:
                causes.setdefault(_cause(row, bad), []).append(row)
        if rows:
            hint = " (--format json lists them)" if rows is pairs else ""
            yield from wrapped(f"{what}: {_counts(rows)}{hint}", style.width, "    ")
            yield from (f"{len(causes[cause]):>7}  {cause}" for cause in _CAUSES if cause in causes)
        new = causes.get(_NEW, [])
        if new:
            yield from columns([_cells(row, block.nodes, marks) for row in new[:MOST_ROWS]], style)
        if len(new) > MOST_ROWS:
            yield f"    and {len(new) - MOST_ROWS} more"


def _counts(rows: Sequence[Row]) -> str:
    good = sum(row.verdict.good for row in rows)
    limits = sum(row.verdict is Verdict.KNOWN_LIMIT for row in rows)
    unknown = sum(row.verdict is Verdict.UNKNOWN for row in rows)
    parts = [f"{good} ok or stays"]
    parts += [counted(limits, "known limit")] if limits else []
    parts += [f"{unknown} unknown"] if unknown else []
    return ", ".join([*parts, f"{sum(row.verdict.fault for row in rows)} not"])


def _cause(row: Row, bad: set[Events]) -> str:
    """Why several failures together are not ok."""
    if () in bad:
        return _ALREADY
    if any(part in bad for size in range(1, len(row.events)) for part in combinations(row.events, size)):
        return _PART
    return _NEW
