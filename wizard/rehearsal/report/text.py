"""The result as text: two lines for each event, the times drawn where the VIP moved, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from textwrap import wrap
from typing import NamedTuple

from rules.failover import Seconds
from rules.report import Style, outage_words, printable
from rules.text import counted
from wizard.rehearsal.events import HEALTHY, OF_SERVERS
from wizard.rehearsal.rehearse import Result
from wizard.rehearsal.report.times import columns_of
from wizard.rehearsal.staging.stage import Stage, described
from wizard.rehearsal.verdict import CLIENT_MARGIN, MARGIN, Ending, Judged, predicted_of

_INDENT = "    "


class Signs(NamedTuple):
    """The characters that are not ASCII, or their replacements."""

    good: str
    bad: str
    to: str
    line: str
    gap: str


class EventRow(NamedTuple):
    """An event in a table: the sign of its verdict and the sign's colour, the seconds without an owner as measured and
    as predicted, and how many connections of how many failed; all as words.
    """

    sign: str
    colour: str
    measured: str
    predicted: str
    failed: str


UNICODE, ASCII = Signs("✓", "✗", "→", "━", "·"), Signs("+", "x", "->", "=", ".")
_COLOURS = {
    Ending.HELD: "green",
    Ending.LIMIT: "yellow",
    Ending.UNKNOWN: "yellow",
    Ending.FAULT: "red",
    Ending.DIFFERS: "red",
}
_WORDS = {
    Ending.LIMIT: "known limit",
    Ending.UNKNOWN: "not predicted",
    Ending.FAULT: "not as it should be",
    Ending.DIFFERS: "not as predicted",
}


def render_text(result: Result, stage: Stage, style: Style, signs: Signs = UNICODE) -> str:
    """The whole report."""
    parts = [[style.paint(printable(described(stage)), "bold")]]
    by_name: dict[str, list[Judged]] = {}
    for judged in result.judged:
        by_name.setdefault(judged.turn.name, []).append(judged)
    parts += [list(_event(runs, stage, style, signs)) for runs in by_name.values()]
    parts += [list(_notes(result, style)), list(_summary(result, style, signs))]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def event_text(runs: Sequence[Judged], stage: Stage, style: Style, signs: Signs = UNICODE) -> str:
    """The report's lines on one event, played once or several times."""
    return "\n".join(_event(runs, stage, style, signs))


def summary_text(result: Result, style: Style, signs: Signs = UNICODE) -> str:
    """The report's last words."""
    return "\n".join(_summary(result, style, signs))


def row_of(judged: Judged, signs: Signs = UNICODE) -> EventRow:
    """An event in a line of a table."""
    moved = any(seen.before != seen.after for seen in judged.seen) and judged.turn.name != HEALTHY
    return EventRow(
        _sign(judged, signs),
        _COLOURS[judged.mark],
        ("stays" if not moved else "until repaired" if judged.outage is None else f"{judged.outage:.2f} s"),
        _predicted(judged.predicted) if moved else "",
        f"{judged.failure.failed} of {judged.failure.asked}",
    )


def _sign(judged: Judged, signs: Signs) -> str:
    sign = signs.good if judged.mark.good else signs.bad
    return {Ending.LIMIT: "~", Ending.UNKNOWN: "?"}.get(judged.mark, sign)


def _notes(result: Result, style: Style) -> Iterator[str]:
    for note in result.notes:
        yield from _wrapped(f"note: {note}", style.width, "      ")


def _event(runs: Sequence[Judged], stage: Stage, style: Style, signs: Signs) -> Iterator[str]:
    shown = next((judged for judged in runs if not judged.mark.good), runs[0])
    head = f"{_sign(shown, signs)} {shown.turn.name}"
    held = sum(judged.mark.good for judged in runs)
    count = f" ({held} of {len(runs)} runs)" if len(runs) > 1 else ""
    yield style.paint(printable(head), _COLOURS[shown.mark], "bold") + printable(f"  {shown.turn.words}{count}")
    for line in (*_owners(runs, shown, signs), *_clients(runs, shown)):
        yield from _wrapped(f"{_INDENT}{line}", style.width, _INDENT * 2)
    if shown.mark is not Ending.HELD:
        why = f"{_WORDS[shown.mark]}: {shown.why}" if shown.why else _WORDS[shown.mark]
        yield from (style.paint(x, _COLOURS[shown.mark]) for x in _wrapped(f"{_INDENT}{why}", style.width, _INDENT * 2))
    if shown.played.moves and shown.turn.acts:
        yield from _drawn(shown, stage, style, signs)
    if not shown.mark.good:
        yield from (f"{_INDENT}{printable(line)}" for line in shown.played.notes)


def _owners(runs: Sequence[Judged], shown: Judged, signs: Signs) -> Iterator[str]:
    if shown.turn.name == HEALTHY:
        for seen in shown.seen:
            yield f"VIP {seen.forecast.vip}: {'+'.join(seen.after) or 'on no load balancer'}"
        return
    several = len(shown.seen) > 1
    for seen in shown.seen:
        vip = f"VIP {seen.forecast.vip}: " if several else ""
        before, after = ("+".join(names) or "none" for names in (seen.before, seen.after))
        if before == after:
            yield f"{vip}stays on {after}"
            continue
        measured = "no owner until the repair" if seen.outage is None else f"{_span(_outages(runs))} without an owner"
        yield f"{vip}{before} {signs.to} {after}; {measured}, predicted {_predicted(seen.forecast.outage)}"
    for server, after_seconds in shown.detected.items():
        yield f"haproxy gives {server} up after {after_seconds:.1f} s"


def _predicted(outage: Seconds | None) -> str:
    words = outage_words(outage)
    return "none" if words == "-" else words


def _outages(runs: Sequence[Judged]) -> list[float]:
    return [judged.outage for judged in runs if judged.outage is not None]


def _span(values: Sequence[float]) -> str:
    if not values:
        return "?"
    if len(values) == 1:
        return f"{values[0]:.2f} s"
    return f"{min(values):.2f}-{max(values):.2f} s (median {median(values):.2f})"


def _clients(runs: Sequence[Judged], shown: Judged) -> Iterator[str]:
    if shown.turn.name == HEALTHY:
        return
    asked, failed = (sum(getattr(judged.failure, name) for judged in runs) for name in ("asked", "failed"))
    gap = max(judged.failure.gap for judged in runs)
    slowest = max(judged.failure.slowest for judged in runs)
    words = [f"clients: {failed} of {asked} connections failed"]
    if gap >= 0.3:
        words.append(f"{gap:.1f} s without an answer")
    if slowest >= 0.3:
        words.append(f"the slowest took {slowest:.1f} s")
    if shown.failure.held:
        words.append("the watch broke" if any(judged.failure.broken for judged in runs) else "the watch survived")
    yield ", ".join(words)
    if followed := shown.played.followed:
        yield (
            f"clients by name kept the old address for {followed.kept:.1f} s (the record allows {followed.ttl} s); "
            f"{followed.failed} of {followed.asked} of their connections failed"
        )
    back = [judged.recovery for judged in runs]
    lost, longest = sum(one.failed for one in back), max(one.gap for one in back)
    if lost or longest >= 0.3:
        yield f"after the repair: {counted(lost, 'connection')} failed, at most {longest:.1f} s without an answer"


def _drawn(judged: Judged, stage: Stage, style: Style, signs: Signs) -> Iterator[str]:
    """The VIP's owner and the clients' answers over the time of the event, from left to right."""
    width = style.width - 14
    names = [node.name for node in stage.nodes]
    for seen, number in ((seen, index) for index, seen in enumerate(judged.seen)):
        columns = columns_of(judged.played, seen.forecast.vip, number, width)
        owners = "".join(signs.gap if not c.owners else _letter(names, c.owners) for c in columns)
        answers = "".join(signs.line if c.answered else "x" if c.failed else signs.gap for c in columns)
        yield f"{_INDENT}owner    {owners}"
        yield f"{_INDENT}clients  {answers}"
    step = (judged.played.ended - judged.played.began) / width
    legend = ", ".join(f"{index + 1} {name}" for index, name in enumerate(names))
    scale = f"{_INDENT}{legend}, + several; a column is {step:.2f} s, from the event to the end of the recovery"
    yield from (style.paint(line, "dim") for line in _wrapped(scale, style.width, _INDENT))


def _letter(names: Sequence[str], owners: Iterable[str]) -> str:
    held = list(owners)
    return "+" if len(held) > 1 else str(names.index(held[0]) + 1)


def _summary(result: Result, style: Style, signs: Signs) -> Iterator[str]:
    total = len(result.judged)
    counts = [f"{sum(judged.mark is mark for judged in result.judged)} {mark.replace('-', ' ')}" for mark in Ending]
    counts = [count for count in counts if not count.startswith("0 ")]
    good = result.passed
    sign = signs.good if good else signs.bad
    line = f"{sign} {counted(total, 'event')} in {result.seconds:.0f} s: {', '.join(counts)}"
    yield style.paint(line, "green" if good else "red", "bold")
    late = max((judged.lateness for judged in result.judged), default=0.0)
    yield from _wrapped(
        f"A measured time may be {MARGIN:g} s longer than predicted ({CLIENT_MARGIN:g} s where clients wait), and "
        f"as much as this machine was late: {late:.2f} s at most.",
        style.width,
        "",
    )
    failures = [j for j in result.judged if j.turn.acts and not any(act.kind in OF_SERVERS for act in j.turn.acts)]
    moved = [judged for judged in failures if judged.outage]
    if good and moved:
        worst = max(moved, key=lambda judged: judged.outage or 0.0)
        predicted = predicted_of(seen.forecast for seen in worst.seen)
        yield from _wrapped(
            f"The longest time without an owner: {worst.outage:.2f} s ({worst.turn.words}; predicted "
            f"{_predicted(predicted)}).",
            style.width,
            "",
        )


def _wrapped(text: str, width: int, later: str) -> list[str]:
    first = text[: len(text) - len(text.lstrip())]
    return wrap(printable(text).strip(), width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)
