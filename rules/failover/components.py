"""Which instances have to do with each other: only those are worked on together."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.failover.reading import Key, Reading


def components(reading: Reading) -> dict[Key, tuple[Key, ...]]:
    """Instance -> all that it has to do with, itself included, in the order of the files.

    Two instances have to do with each other when they share an address, are in one sync group of a node, or may hear
    each other: the same VRID on the same segment.
    """
    number = {key: index for index, key in enumerate(reading.members)}
    first: dict[Hashable, Key] = {}
    for key in reading.members:
        for mark in _marks(reading, key):
            other = first.setdefault(mark, key)
            old, new = number[key], number[other]
            if old != new:
                number = {k: new if value == old else value for k, value in number.items()}
    whole: dict[int, list[Key]] = {}
    for key, value in number.items():
        whole.setdefault(value, []).append(key)
    return {key: tuple(whole[value]) for key, value in number.items()}


def _marks(reading: Reading, key: Key) -> Iterator[Hashable]:
    member = reading.members[key]
    for vip in (*member.instance.usable_vips, *member.instance.excluded_vips):
        yield "address", vip.address
    router = reading.routers.get(key)
    if router is not None:
        if router.sync:
            yield "sync", router.node, router.sync
        yield "vrid", router.segment, router.vrid, router.family
