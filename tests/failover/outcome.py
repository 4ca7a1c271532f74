"""What a step came to: a pure function of the changes that were seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wizard.rehearsal.lab.addresses import AddressChange

FLAPS = 6  # changes of one VIP within a step
Owners = dict[str, list[str]]


class Outcome(NamedTuple):
    """Who owned what before and after a step; times in seconds after the event, None where nothing of the kind was."""

    before: Owners
    owners: Owners
    seconds: float | None  # until the first VIP was on its final owner
    last_change: float | None
    transitions: int
    flaps: bool


def outcome(
    before: Mapping[str, Sequence[str]], changes: Sequence[AddressChange], began: float, ended: float
) -> Outcome:
    """The outcome of a step from the owners before it and the changes since. The first VIP is the one that is timed."""
    was = {vip: list(nodes) for vip, nodes in before.items()}
    flaps = any(sum(change.address == vip for change in changes) >= FLAPS for vip in was)
    owners = _mostly(was, changes, began + (ended - began) / 3, ended) if flaps else _after(was, changes)
    first = next(iter(was))
    gains = [c.at for c in changes if c.address == first and c.gained and c.node in owners[first]]
    times = gains[:1] if flaps else gains
    return Outcome(
        was,
        owners,
        round(max(times) - began, 2) if times else None,
        round(changes[-1].at - began, 2) if changes else None,
        len(changes),
        flaps,
    )


def _after(before: Owners, changes: Sequence[AddressChange]) -> Owners:
    owners = {vip: set(nodes) for vip, nodes in before.items()}
    for change in changes:
        (owners[change.address].add if change.gained else owners[change.address].discard)(change.node)
    return {vip: sorted(nodes) for vip, nodes in owners.items()}


def _mostly(before: Owners, changes: Sequence[AddressChange], start: float, end: float) -> Owners:
    """The owners for most of the time between two moments, VIP by VIP."""
    found: Owners = {}
    for vip in before:
        mine = [change for change in changes if change.address == vip]
        held: dict[tuple[str, ...], float] = {}
        for number in range(len(mine) + 1):
            since = mine[number - 1].at if number else start
            until = mine[number].at if number < len(mine) else end
            owners = tuple(_after({vip: before[vip]}, mine[:number])[vip])
            held[owners] = held.get(owners, 0.0) + max(0.0, min(until, end) - max(since, start))
        found[vip] = list(max(held.items(), key=lambda item: item[1])[0])
    return found
