"""What was seen while an event was played: the raw material of the verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from wizard.rehearsal.events import Turn

Holders = Mapping[str, tuple[str, ...]]
"""VIP -> the load balancers that have it."""


class Moved(NamedTuple):
    """A load balancer got a VIP or lost it, at a time of the monotonic clock."""

    at: float
    node: str
    vip: str
    gained: bool


class Sample(NamedTuple):
    """One new connection of the clients: when it began (monotonic clock), how many seconds it took, and why it failed
    ("" if it was answered). `late`: by how many seconds it began too late; `to`: the address that it went to.
    """

    door: int
    at: float
    took: float
    why: str
    late: float = 0.0
    to: str = ""


class WatchChange(NamedTuple):
    """The watch at a door was opened, or broke."""

    door: int
    at: float
    is_open: bool
    why: str


class Followed(NamedTuple):
    """How clients that connect by name followed it to another address: the seconds that the record allows them to keep
    the old one (`ttl`) and those that they did (`kept`), their connections `asked` and `failed`, and why the first one
    failed. `came`: whether any of them came to the new address.
    """

    ttl: int
    kept: float
    asked: int
    failed: int
    why: str
    came: bool


class Played(NamedTuple):
    """One event, once. Times are of the monotonic clock, in seconds: it `began`, its effect was over and the recovery
    began (`restored`), and it `ended`.

    `down`: by server, when the last haproxy had noticed that it does not answer. `recovered`: whether all VIPs came
    back to where they are when everything is healthy. `notes`: the daemons' last words where something was not as
    expected. `watched`: by door, whether its watch was open when it began. `followed`: the clients by
    name, in a cutover.
    """

    turn: Turn
    run: int
    began: float
    restored: float
    ended: float
    before: Holders
    after: Holders
    moves: tuple[Moved, ...]
    samples: tuple[Sample, ...]
    watches: tuple[WatchChange, ...]
    watched: Mapping[int, bool]
    down: Mapping[str, float]
    recovered: bool = True
    notes: tuple[str, ...] = ()
    followed: Followed | None = None
