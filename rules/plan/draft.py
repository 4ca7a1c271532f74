"""The partial view of a plan: what is known of it, by the same names as in a `Plan`."""

from __future__ import annotations

from typing import Any

from rules.engine.secrets import HIDDEN
from rules.plan.complete import Values, count
from rules.plan.keys.plan import Plan
from rules.plan.model import KeyPath
from rules.plan.record import Record
from rules.plan.schema import SCHEMA, key_at


class DraftPart:
    """What is known of one table, by the fields of its record, or by its keys; None for what nobody has said."""

    def __init__(self, values: Values, record: type[Record], number: int = 0) -> None:
        self._values = values
        self._record = record
        self._number = number

    def __getattr__(self, name: str) -> Any:
        record = self._record
        if name in record.parts:
            part = record.parts[name]
            if not part.many:
                return DraftPart(self._values, part.record)
            rows = count(self._values, next(iter(part.record.keys.values())).table)
            return tuple(DraftPart(self._values, part.record, number) for number in range(rows))
        declared = record.keys.get(name)
        table = declared.table if declared else next(iter(record.keys.values())).table
        if declared is None and name not in SCHEMA[table].keys:
            raise AttributeError(f"a draft of {record.__name__} has no '{name}'")
        number = self._number if SCHEMA[table].many else 0
        return self._values.get(KeyPath(table, number, declared.name if declared else name))


class Draft(DraftPart):
    """What is known of a plan; `values` are the values by key. SECRET: a password is among them, which `repr` hides."""

    def __init__(self, values: Values | None = None) -> None:
        self.values = {path: value for path, value in (values or {}).items() if value is not None}
        super().__init__(self.values, Plan)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Draft) and self.values == other.values

    def __hash__(self) -> int:
        return hash(frozenset(self.values.items()))

    def __repr__(self) -> str:
        shown = (f"{path.name}={HIDDEN if key_at(path).secret else repr(value)}" for path, value in self.values.items())
        return f"Draft({', '.join(shown)})"
