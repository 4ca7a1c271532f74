"""Values of halb.toml and the plan that they make: what follows from others, what is missing, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from rules.plan.errors import PlanError
from rules.plan.keys.plan import Plan
from rules.plan.model import KeyPath
from rules.plan.record import NEEDED, Key, Record
from rules.plan.schema import SCHEMA, header, key_at
from rules.plan.types.readers import shown, written

Values = Mapping[KeyPath, Any]
"""What is known of a plan, read: values by key. The complete view of it is a `Plan`, the partial one a `Draft`."""

R = TypeVar("R", bound=Record)


UNKNOWN: Any = object()
"""Stands among values for one that somebody has said, and that can't be read: nothing follows in its place."""


class UnknownValueError(LookupError):
    """A value that is not there, and follows from no other."""

    def __init__(self, path: KeyPath) -> None:
        super().__init__(path.name)
        self.path = path


def count(values: Mapping[KeyPath, Any], table: str) -> int:
    """How many machines a list has: up to the last one that anything is said about."""
    return max((path.number + 1 for path in values if path.table == table), default=0)


class _Known:
    """The values, and what follows from them, as the declarations of `rules.plan.keys` ask for them."""

    def __init__(self, values: Values, number: int = 0, *, without: KeyPath | None = None) -> None:
        self._values = values
        self._number = number
        self._without = without

    def __call__(self, name: str) -> Any:
        table, _, key = name.partition(".")
        path = KeyPath(table, self._number if SCHEMA[table].many else 0, key)
        if path != self._without and (value := self._values.get(path)) is not None:
            if value is UNKNOWN:
                raise UnknownValueError(path)
            return value
        declared = key_at(path)
        if declared.usual is not None:
            return declared.usual(self)
        if declared.default is NEEDED:
            raise UnknownValueError(path)
        return declared.default

    def every(self, name: str) -> list[Any]:
        table, _, key = name.partition(".")
        paths = [KeyPath(table, number, key) for number in range(count(self._values, table))]
        if unreadable := next((path for path in paths if self._values.get(path) is UNKNOWN), None):
            raise UnknownValueError(unreadable)
        return [self._values[path] for path in paths if self._values.get(path) is not None]

    def above(self, name: str) -> Any:
        return _Known(self._values, self._number - 1)(name) if self._number else None


def usual_value(path: KeyPath, values: Values) -> Any:
    """What a key has when nobody says it, the other values being as they are; None for nothing, and where it is not
    known.
    """
    try:
        return _Known(values, path.number, without=path)(f"{path.table}.{path.key}")
    except (UnknownValueError, ValueError):
        return None


def is_needed(key: Key, number: int, values: Values) -> bool:
    """Whether somebody has to say the key: nothing else tells what it is."""
    if key.needed_if is None:
        return key.needed
    try:
        return bool(key.needed_if(_Known(values, number)))
    except UnknownValueError:
        return False


def missing(values: Mapping[KeyPath, Any], known: Values | None = None) -> Iterator[KeyPath]:
    """The keys that somebody has to say and nobody does, in the order of halb.toml.

    `values` may be typed texts; then `known` are those of them that could be read.
    """
    for name, table in SCHEMA.items():
        for number in range(max(count(values, name), table.least) if table.many else 1):
            for key in table.keys.values():
                path = KeyPath(name, number, key.name)
                if not values.get(path) and is_needed(key, number, values if known is None else known):
                    yield path


def as_far_as_known(values: Values) -> tuple[dict[KeyPath, Any], list[PlanError]]:
    """The values and all that follows from them, however few there are; and what can't follow, for lack of room.

    UNKNOWN stands among `values` for what can't be read, and among those that are returned nowhere.
    """
    found = {path: value for path, value in values.items() if value is not None}
    errors = []
    for name, table in SCHEMA.items():
        for number in range(count(found, name) if table.many else 1):
            for key in table.keys.values():
                path = KeyPath(name, number, key.name)
                if path in found:
                    continue
                try:
                    value = _Known(found, number)(path.name)
                except UnknownValueError:
                    continue
                except ValueError as error:
                    errors.append(PlanError(path, str(error), text=f"{_where(path, found)} {error}"))
                    value = UNKNOWN
                if value is not None:
                    found[path] = value
    return {path: value for path, value in found.items() if value is not UNKNOWN}, errors


def completed(values: Values) -> dict[KeyPath, Any]:
    """The values and all that follows from them; raises PlanError for the first that nobody can guess."""
    found = {path: value for path, value in values.items() if value is not None}
    for name, table in SCHEMA.items():
        rows = count(found, name) if table.many else 1
        if not rows:
            raise PlanError(KeyPath(name, 0, ""), "", text=f"there is no {header(name)} table; {table.absent}")
        for number in range(rows):
            for key in table.keys.values():
                path = KeyPath(name, number, key.name)
                if path not in found:
                    _complete(path, key, found)
    return found


def _complete(path: KeyPath, key: Key, found: dict[KeyPath, Any]) -> None:
    try:
        value = _Known(found, path.number)(f"{path.table}.{path.key}")
    except UnknownValueError as error:
        path = error.path
        write = f'write {path.key} = "{key_at(path).examples[0]}" or the like'
        text = f"{_where(path, found)} has no {path.key}; {write}"
        raise PlanError(path, f"is missing; {write}", text=text) from None
    except ValueError as error:
        raise PlanError(path, str(error), text=f"{_where(path, found)} {error}") from None
    if value is not None:
        found[path] = value


def _where(path: KeyPath, values: Values) -> str:
    machine = machine_of(path, values)
    return f"{header(path.table)} {machine}" if machine else header(path.table)


def plan_from(values: Values) -> Plan:
    """The plan that the values make, with the defaults; load balancers are put in the order of priority.

    Raises PlanError for the first key that nobody can guess; whether the values go together is for `check_plan`.
    """
    found = completed(values)
    plan = _record(Plan, found, 0)
    order = sorted(range(len(plan.load_balancers)), key=lambda number: -plan.load_balancers[number].priority)
    return plan._replace(load_balancers=tuple(plan.load_balancers[number] for number in order), order=tuple(order))


def _record(record: type[R], values: Values, number: int) -> R:
    given: dict[str, Any] = {
        name: values[path]
        for name, key in record.keys.items()
        if (path := KeyPath(key.table, number if SCHEMA[key.table].many else 0, key.name)) in values
    }
    for name, part in record.parts.items():
        if part.many:
            table = next(iter(part.record.keys.values())).table
            given[name] = tuple(_record(part.record, values, row) for row in range(count(values, table)))
        else:
            given[name] = _record(part.record, values, 0)
    return record(**given)


def values_of(record: Record, number: int = 0) -> dict[KeyPath, Any]:
    """The values of a plan, or of a part of one, by key; the numbers are those of its own order."""
    found = {
        KeyPath(key.table, number, key.name): value
        for name, key in record.keys.items()
        if (value := getattr(record, name)) is not None
    }
    for name, part in record.parts.items():
        inside = getattr(record, name)
        for row, below in enumerate(inside if part.many else (inside,)):
            found |= values_of(below, row)
    return found


def value_at(path: KeyPath, plan: Plan) -> Any:
    """What the plan has for a key of halb.toml; None for nothing, and for a key that no plan holds."""
    if path.table == "lb" and path.number in plan.order:
        path = path._replace(number=plan.order.index(path.number))
    return values_of(plan).get(path)


def unreadable(values: Values) -> Iterator[PlanError]:
    """The values that halb.toml could not hold."""
    for path, value in values.items():
        try:
            key_at(path).read(written(value))
        except ValueError as error:
            yield PlanError(path, str(error), machine_of(path, values))


def machine_of(path: KeyPath, values: Values) -> str:
    """What messages call the machine of a list that a key belongs to; "" for other tables."""
    if not SCHEMA[path.table].many:
        return ""
    name = values.get(path._replace(key="name"))
    return shown(name)[1:-1] if isinstance(name, str) and name else f"number {path.number + 1}"
