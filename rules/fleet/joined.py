"""Disjoint sets that grow by joining (union-find)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Joined(Generic[T]):
    """Sets that grow by joining; at first each item is alone. n joins take n log n steps.

    Two sets that `may_join` refuses stay apart.
    """

    def __init__(
        self, items: Iterable[T], may_join: Callable[[Sequence[T], Sequence[T]], bool] = lambda a, b: True
    ) -> None:
        self._set_of = {item: [item] for item in items}
        self._first: dict[Hashable, T] = {}
        self._may_join = may_join

    def join(self, a: T, b: T) -> None:
        """Put two sets together."""
        first, second = self._set_of[a], self._set_of[b]
        if first is second or not self._may_join(first, second):
            return
        if len(first) < len(second):
            first, second = second, first
        first.extend(second)
        for item in second:
            self._set_of[item] = first

    def mark(self, item: T, mark: Hashable) -> None:
        """Join an item with all items that have the same mark."""
        self.join(self._first.setdefault(mark, item), item)

    def set_of(self, item: T) -> list[T]:
        """The items of its set, in no order."""
        return self._set_of[item]

    def sets(self) -> list[list[T]]:
        """Every set once, by its first item in the order in which the items came."""
        return list({id(whole): whole for whole in self._set_of.values()}.values())
