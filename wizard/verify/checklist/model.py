"""What a checklist is made of: steps in their order, and the lines that say what was asked and what came back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from rules.live import IPAddress
from rules.plan import Phase


class Status(StrEnum):
    """How a step or a line stands; the value is the word shown.

    `WAIT` is not its turn yet: an earlier step comes first, a cache has to run out, or the user has to act.
    `SKIP` could not be asked.
    """

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    WAIT = "wait"
    SKIP = "skip"


# A step is as bad as its worst line; what could not be asked says nothing beside something that could.
_WORST_FIRST = (Status.FAIL, Status.WAIT, Status.WARN, Status.OK, Status.SKIP)
VERBATIM = "    "
"""In a `todo`, lines that begin so are to be typed as they stand: a command, a DNS record."""


class CheckLine(NamedTuple):
    """One thing looked at: who (`subject`), what was `asked`, what was `got`, and what to do about it ("" nothing)."""

    status: Status
    subject: str
    asked: str
    got: str
    todo: str = ""


class CheckStep(NamedTuple):
    """One step. `todo` is what the user has to do now: never "" for `fail`, and "" for a `wait` that only takes time.

    `key` names the step for programs, `title` says what holds when it is passed.
    """

    key: str
    title: str
    status: Status
    lines: tuple[CheckLine, ...]
    todo: str = ""

    @property
    def holds_up(self) -> bool:
        """Whether the steps that build on this one are not due yet."""
        return self.status in (Status.FAIL, Status.WAIT)


class Countdown(NamedTuple):
    """A server that may keep an old answer for `seconds`; no `addresses`: it remembers that there are none."""

    server: str
    seconds: int
    addresses: tuple[IPAddress, ...] = ()


class Checklist(NamedTuple):
    """The steps of a phase, in their order.

    `notes` say what is left out and why. `closing` is what to do when all is passed, and empty until then.
    """

    phase: Phase
    steps: tuple[CheckStep, ...]
    countdowns: tuple[Countdown, ...] = ()
    notes: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no step fails or waits."""
        return not any(step.holds_up for step in self.steps)

    @property
    def next(self) -> CheckStep | None:
        """The first step that wants the user to do something; None when there is none, or only time will tell."""
        return next((s for s in self.steps if s.status is Status.FAIL or (s.status is Status.WAIT and s.todo)), None)

    @property
    def longest(self) -> Countdown | None:
        """The countdown that ends last."""
        return max(self.countdowns, key=lambda countdown: countdown.seconds, default=None)


def worst(statuses: Iterable[Status]) -> Status:
    """The status of several together; `skip` for none."""
    found = set(statuses)
    return next((status for status in _WORST_FIRST if status in found), Status.SKIP)


def step_of(key: str, title: str, lines: Sequence[CheckLine], todo: str = "") -> CheckStep:
    """A step whose status comes from its lines; without a `todo` of its own, that of the first line that is as bad."""
    status = worst(line.status for line in lines)
    if status in (Status.FAIL, Status.WARN) and not todo:
        todo = next((line.todo for line in lines if line.status is status and line.todo), "")
    return CheckStep(key, title, status, tuple(lines), "" if status in (Status.OK, Status.SKIP) else todo)


def held_up(steps: Iterable[CheckStep]) -> str:
    """Which of these steps have to be passed first, in words; "" when none."""
    keys = [step.key for step in steps if step.holds_up]
    return f"not yet: {', '.join(keys)} first" if keys else ""
