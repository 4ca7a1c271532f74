"""Readings of haproxy's values, in lines of their own or among a server's options."""

from __future__ import annotations

from parsers.facts.values import Value
from parsers.grammar.common import read_int
from rules.plan.types.readers import time
from wizard.importer.agreement import reading
from wizard.importer.readings import Readings

_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


class HaproxyReadings(Readings):
    """The readings of `[haproxy]` (and of `port`)."""

    def time(self, node: str, key: str, value: Value[float] | None) -> None:
        """A time, in a line of its own or among a server's options."""
        if value is None:
            return
        words = time_words(value) if value.known else ""
        found = self.ledger.checked(node, "haproxy", key, value, words)
        if found is not None:
            self.add(key, reading(node, value.span, found, words, value.value))

    def number(self, node: str, key: str, value: Value[int] | None) -> None:
        """A number, in a line of its own or among a server's options."""
        found = self.ledger.checked(node, "haproxy", key, value)
        if found is not None and value is not None:
            self.add(key, reading(node, value.span, found))


def time_words(value: Value[float]) -> str:
    """A time as halb.toml writes it: as written if it has a unit, else with the largest unit that fits."""
    try:
        return str(time(value.raw))
    except ValueError:
        pass
    bare = read_int(value.raw)
    milliseconds = bare if bare is not None else round((value.value or 0) * 1000)
    unit, factor = next((u, f) for u, f in _UNITS if f == 1 or (milliseconds and milliseconds % f == 0))
    return f"{milliseconds // factor}{unit}"
