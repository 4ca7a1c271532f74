"""The time of an event in columns: who had the VIP, and whether clients got an answer. Pure."""

from __future__ import annotations

from typing import NamedTuple

from wizard.rehearsal.record import Played


class Column(NamedTuple):
    """A stretch of time: who had the VIP longest in it, and whether connections that ended in it were answered."""

    owners: tuple[str, ...]
    answered: bool
    failed: bool


class Ownership(NamedTuple):
    """From one moment to another (seconds since the event), these load balancers had the VIP."""

    begin: float
    end: float
    owners: tuple[str, ...]


def stretches_of(played: Played, vip: str) -> list[Ownership]:
    """Who had a VIP from the event to the end of its recovery."""
    held = set(played.before.get(vip, ()))
    at, found = 0.0, []
    for move in (move for move in played.moves if move.vip == vip):
        then = max(0.0, move.at - played.began)
        if then > at:
            found.append(Ownership(at, then, tuple(sorted(held))))
            at = then
        (held.add if move.gained else held.discard)(move.node)
    found.append(Ownership(at, max(at, played.ended - played.began), tuple(sorted(held))))
    return found


def columns_of(played: Played, vip: str, door: int, width: int) -> list[Column]:
    """The whole time in `width` columns."""
    whole = max(played.ended - played.began, 0.001)
    stretches = stretches_of(played, vip)
    ends = [(s.at + s.took - played.began, not s.why) for s in played.samples if s.door == door]
    found = []
    for number in range(width):
        begin, end = whole * number / width, whole * (number + 1) / width
        longest = max(stretches, key=lambda s, b=begin, e=end: min(s.end, e) - max(s.begin, b))  # type: ignore[misc]
        inside = [good for at, good in ends if begin <= at < end]
        found.append(Column(longest.owners, any(inside), bool(inside) and not all(inside)))
    return found
