"""One value out of what several nodes say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

from parsers.source import Span
from rules import HIDDEN
from rules.text import counted
from wizard.importer.model import Conflict, Place

T = TypeVar("T")


class Reading(NamedTuple, Generic[T]):
    """One node's value and its place. Values with the same `sense` are the same (`60s` and `1m`)."""

    node: str
    span: Span
    value: T
    sense: Hashable
    shown: str

    @property
    def place(self) -> Place:
        """The place as a report names it."""
        return Place(self.node, self.span.source.path, self.span.line, self.shown)


def reading(node: str, span: Span, value: T, shown: str | None = None, sense: Hashable = None) -> Reading[T]:
    """A reading whose sense is the value itself, unless it is given."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return Reading(node, span, value, value if sense is None else sense, text if shown is None else shown)


class Agreement:
    """Chooses a value for each key, and remembers the contradictions."""

    def __init__(self) -> None:
        self.conflicts: list[Conflict] = []

    def on(self, key: str, readings: Sequence[Reading[T]], *, secret: bool = False) -> T | None:
        """What most places say, the first of equals; None when nobody says anything."""
        unique = list({(r.span.source.path, r.span.start, r.sense): r for r in readings}.values())
        if not unique:
            return None
        counts = Counter(r.sense for r in unique)
        # max keeps the first of equals, so with two nodes the first one is taken as meant.
        usual = max(counts, key=lambda sense: counts[sense])
        chosen = next(r for r in unique if r.sense == usual)
        if len(counts) > 1:
            most = counts[usual] > max(n for sense, n in counts.items() if sense != usual)
            why = f"{counted(counts[usual], 'place')} of {len(unique)} say so" if most else "the first of them counts"
            places = tuple(r.place._replace(value=HIDDEN) if secret else r.place for r in unique)
            self.conflicts.append(Conflict(key, places, HIDDEN if secret else chosen.shown, why))
        return chosen.value
