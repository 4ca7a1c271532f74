"""What an event has cost: how long nobody able to serve had a VIP, and what the clients saw. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from wizard.rehearsal.forecast import Forecast
from wizard.rehearsal.record import Played, Sample

INTERVAL = 0.1
"""Seconds between two new connections of the clients."""
_BEFORE = 0.5  # seconds before an event that show how busy the machine was when it came


class VipSeen(NamedTuple):
    """What happened to one VIP; `outage` is in seconds, None if it lasted as long as the event was looked at."""

    forecast: Forecast
    before: tuple[str, ...]
    after: tuple[str, ...]
    outage: float | None


class Clients(NamedTuple):
    """What the clients saw: new connections `asked` and `failed`, the `slowest` that was answered, the longest time
    without any answer (`gap`), all in seconds; and how many `watches` of how many broke.
    """

    asked: int
    failed: int
    slowest: float
    gap: float
    broken: int
    held: int


def names_in(played: Played, forecasts: Sequence[Forecast]) -> list[str]:
    """The load balancers that had a VIP, or may have it."""
    named = [name for forecast in forecasts for way in forecast.after for name in way]
    named += [name for names in (*played.before.values(), *played.after.values()) for name in names]
    return list(dict.fromkeys([*named, *(move.node for move in played.moves)]))


def seen_of(played: Played, forecast: Forecast, able: Sequence[str]) -> VipSeen:
    """What happened to a VIP; `able` are the load balancers that could serve the clients meanwhile."""
    before = played.before.get(forecast.vip, ())
    if not played.turn.acts:
        return VipSeen(forecast, before, played.after.get(forecast.vip, ()), 0.0)
    held = set(before)
    at, outage = played.began, 0.0
    for move in (*(m for m in played.moves if m.vip == forecast.vip and m.at < played.restored), None):
        until = played.restored if move is None else max(move.at, played.began)
        if not held & set(able):
            outage += until - at
        at = until
        if move is not None:
            (held.add if move.gained else held.discard)(move.node)
    lasted = not held & set(able)
    return VipSeen(forecast, before, played.after.get(forecast.vip, ()), None if lasted else outage)


def lateness(samples: Sequence[Sample], since: float) -> float:
    """How late this machine was: the most that a client's connection began too late, in seconds."""
    return max((sample.late for sample in samples if sample.at >= since - _BEFORE), default=0.0)


def clients_in(played: Played, begin: float, end: float) -> Clients:
    """What the clients saw between two times."""
    inside = [sample for sample in played.samples if begin <= sample.at + sample.took and sample.at < end]
    answered = [sample for sample in inside if not sample.why]
    broken = sum(not w.is_open and begin <= w.at < end for w in played.watches)
    return Clients(
        asked=len(inside),
        failed=len(inside) - len(answered),
        slowest=max((sample.took for sample in answered), default=0.0),
        gap=max((_gap(answered, door, begin, end) for door in {s.door for s in played.samples}), default=end - begin),
        broken=broken,
        held=sum(played.watched.values()),
    )


def _gap(answered: Sequence[Sample], door: int, begin: float, end: float) -> float:
    """The longest time without an answer at a door, less the time between two connections."""
    times = sorted(s.at + s.took for s in answered if s.door == door and begin <= s.at + s.took <= end)
    edges = [begin, *times, end]
    return max(0.0, *(later - earlier - INTERVAL for earlier, later in pairwise(edges)))
