"""What the program that plays a rehearsal says, a line of JSON each. It imports nothing that plays."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

MODULE = "wizard.rehearsal.apart.program"
"""The program."""


class Playing(NamedTuple):
    """How far it is: events that are over and all of them, the seconds that are left (about), what is done now."""

    done: int
    total: int
    left: float
    now: str


class EventSeen(NamedTuple):
    """An event that is over: its name and words, the report's sign and colour for its verdict, the seconds without an
    owner as measured and as predicted, the failed connections, and the report's lines on it. `good`: it lets the
    rehearsal pass.
    """

    event: str
    words: str
    sign: str
    colour: str
    good: bool
    measured: str
    predicted: str
    failed: str
    text: str


class Finished(NamedTuple):
    """All is over: whether it passed, its last words, the whole report, and the names of the events in their order."""

    passed: bool
    summary: str
    report: str
    order: tuple[str, ...] = ()


class Refused(NamedTuple):
    """It can't be played: a line for each reason, each with what to do."""

    reasons: tuple[str, ...]


class Ended(NamedTuple):
    """It was ended before its time; nothing of it is left."""


Message = Playing | EventSeen | Finished | Refused | Ended
_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Playing, EventSeen, Finished, Refused, Ended)}
_LISTS = ("order", "reasons")


class Order(NamedTuple):
    """What the program is told first: the files with their modes, halb.toml among them, the report's columns, and the
    words that choose events (none: every single one).
    """

    files: dict[str, tuple[str, int]]
    width: int
    events: tuple[str, ...] = ()


def written(message: Message | Order) -> str:
    """A message as its line."""
    return json.dumps({"kind": type(message).__name__, **message._asdict()}) + "\n"


def read_message(line: str | bytes) -> Message | None:
    """The message of a line; None for anything else."""
    try:
        said = json.loads(line)
        kind = _KINDS[said.pop("kind")]
        found: Message = kind(**{key: tuple(value) if key in _LISTS else value for key, value in said.items()})
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found


def read_order(line: str) -> Order:
    """What the program was told; raises ValueError for anything else."""
    try:
        said = json.loads(line)
        files = {path: (text, mode) for path, (text, mode) in said["files"].items()}
        return Order(files, int(said["width"]), tuple(said["events"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no order: {error}") from error
