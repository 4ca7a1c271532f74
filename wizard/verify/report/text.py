"""`--format text`: the checklist for a person, complete without colours and within the width of the terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap

from rules.live import LiveView, asked_from, duration
from rules.report import Style, printable
from rules.text import clipped, listed
from wizard.verify.checklist.model import VERBATIM, CheckLine, Checklist, CheckStep, Countdown, Status

_COLOURS = {
    Status.OK: ("green",),
    Status.WARN: ("yellow",),
    Status.FAIL: ("bold", "red"),
    Status.WAIT: ("cyan",),
    Status.SKIP: ("dim",),
}
_STATUS = max(len(status) for status in Status)


def text(checklist: Checklist, view: LiveView, style: Style, *, brief: bool = False, folded: str | None = None) -> str:
    """The checklist, every line ended; `brief` leaves out the lines of the steps that are passed.

    `folded`: those steps are one line, `3 of 8 ok`, followed by these words.
    """
    return "".join(f"{line}\n" for line in _lines(checklist, view, style, brief, folded))


def _lines(checklist: Checklist, view: LiveView, style: Style, brief: bool, folded: str | None = None) -> Iterator[str]:
    yield from _head(checklist, view, style)
    passed = [step for step in checklist.steps if step.status is Status.OK] if folded is not None else []
    if passed:
        words = f"{len(passed)} of {len(checklist.steps)} ok: {', '.join(step.key for step in passed)}{folded}"
        first, *rest = _wrapped(words, style, " " * (_STATUS + 1), " " * (_STATUS + 1))
        yield f"{_status(Status.OK, style)} {first.lstrip()}"
        yield from rest
    for number, step in enumerate(checklist.steps, start=1):
        if step not in passed:
            yield from _step(number, step, style, brief)
    for note in () if brief else checklist.notes:
        yield from _wrapped(f"note: {note}", style, "", "      ")
    yield ""
    yield from _tail(checklist, style)


def _head(checklist: Checklist, view: LiveView, style: Style) -> Iterator[str]:
    endpoint = f"{view.name}:{view.endpoint.port}"
    for line in _wrapped(f"{endpoint}   phase: {checklist.phase}", style, "", "  "):
        yield style.paint(line, "bold")
    clock = time.strftime("%H:%M:%S", time.localtime(view.observed.taken_at))
    yield from _wrapped(f"{asked_from(view.observed.vantage, view.here)}, at {clock}", style, "", "  ")
    yield ""


def _step(number: int, step: CheckStep, style: Style, brief: bool) -> Iterator[str]:
    yield f"{_status(step.status, style)} {style.paint(f'{number}. {step.key}: {step.title}', 'bold')}"
    if brief and not step.holds_up:
        return
    for line, following in zip_longest(step.lines, step.lines[1:]):
        yield from _line(line, style)
        if line.todo and (following is None or following.todo != line.todo):
            yield from _todo(line.todo, style, " " * 5)
    if step.todo and all(line.todo != step.todo for line in step.lines):
        yield from _todo(step.todo, style, " " * 5)


def _line(line: CheckLine, style: Style) -> Iterator[str]:
    asked = f", {line.asked}" if line.asked else ""
    body = _wrapped(f"{line.subject}{asked}: {line.got}", style, " " * 10, " " * 12)
    yield f"{' ' * 5}{_status(line.status, style)} {body[0].lstrip()}"
    yield from body[1:]


def _todo(todo: str, style: Style, indent: str) -> Iterator[str]:
    first = f"{indent}-> "
    for paragraph in todo.split("\n"):
        if paragraph.startswith(VERBATIM):
            yield from _command(paragraph.strip(), style, indent)
        else:
            yield from _wrapped(paragraph, style, first, f"{indent}   ")
        first = f"{indent}   "


def _command(command: str, style: Style, indent: str) -> Iterator[str]:
    """A command or record, whole on a line; one that is too long is continued as a shell reads it."""
    command = clipped(printable(command))
    room = style.width - len(indent) - 5
    if len(command) > room:
        # Only an option may start a line: a blank may belong to what stands before it.
        words = command.split(" --")
        rows = [words[0]]
        for word in words[1:]:
            if len(rows[-1]) + len(word) + 5 <= room:
                rows[-1] += f" --{word}"
            else:
                rows[-1] += " \\"
                rows.append(f"  --{word}")
    else:
        rows = [command]
    for row in rows:
        yield f"{indent}     {style.paint(row, 'bold')}"


def _tail(checklist: Checklist, style: Style) -> Iterator[str]:
    if checklist.passed:
        yield style.paint("all passed; what comes next:", "green")
        for number, advice in enumerate(checklist.closing, start=1):
            yield from _advice(number, advice, style)
    elif checklist.next is not None:
        step = checklist.next
        yield style.paint(f"next: step {checklist.steps.index(step) + 1}, {step.key}", "bold")
        yield from _todo(step.todo, style, "  ")
        others = [s.key for s in checklist.steps if s.status is Status.FAIL and s is not step]
        if others:
            yield from _wrapped(f"failing too: {listed(others)}", style, "", "  ")
    else:
        yield "next: nothing to do but wait"
    for countdown in checklist.countdowns if len(checklist.countdowns) > 1 else ():
        yield from _wrapped(_may_keep(countdown), style, "  ", "    ")
    if checklist.longest is not None:
        yield from _wrapped(f"longest: {_may_keep(checklist.longest)}", style, "", "  ")


def _advice(number: int, advice: str, style: Style) -> Iterator[str]:
    words, *commands = advice.split("\n")
    yield from _wrapped(words, style, f"  {number}. ", "     ")
    for command in commands:
        yield from _command(command.strip(), style, "  ")


def _may_keep(countdown: Countdown) -> str:
    what = listed(countdown.addresses) or "that there is no such name"
    return f"{countdown.server} may keep {what} for {duration(countdown.seconds)}"


def _status(status: Status, style: Style) -> str:
    return style.paint(status.value, *_COLOURS[status]) + " " * (_STATUS - len(status))


def _wrapped(words: str, style: Style, first: str, rest: str) -> list[str]:
    width = max(style.width, 40)
    lines = wrap(
        clipped(printable(words)),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    # wrap() leaves the blank before a last word that is only a blank of another kind.
    return [line.rstrip() for line in lines] or [first.rstrip()]
