"""The values that a halb.toml adds to what the files say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.plan import SCHEMA, Draft, KeyPath, Values, count
from wizard.importer.model import Row


def filled(tables: Mapping[str, Sequence[Row]], known: Values, notes: list[str]) -> Draft:
    """The draft of what the files say (rows by table), with what `known` says where they say nothing.

    The files win where both speak. A machine of both is found by its address; its name is then the one of halb.toml.
    """
    values = {}
    for name, table in SCHEMA.items():
        given = [_row(known, name, number) for number in range(count(known, name))]
        read = [_known(row) for row in tables.get(name, ())]
        if table.many:
            rows = [_joined(row, given) for row in read] or given
        else:
            rows = [{**row, **read[0]} if read else row for row in given or [{}]]
        for number, row in enumerate(rows):
            values.update({KeyPath(name, number, key): value for key, value in row.items()})
    for key in ("address", "address6"):
        path = KeyPath("vip", 0, key)
        if path in known and path in values and known[path] != values[path]:
            notes.append(f"vip.{key} is {known[path]} in halb.toml and {values[path]} in the files; the files count")
    return Draft(values)


def _row(values: Values, table: str, number: int) -> Row:
    keys = SCHEMA[table].keys
    return {key: values[path] for key in keys if (path := KeyPath(table, number, key)) in values}


def _known(row: Row) -> Row:
    return {key: value for key, value in row.items() if value not in (None, ())}


def _joined(machine: Row, known: Sequence[Row]) -> Row:
    """A machine with what halb.toml says of the one with its address, or its name where it has no address."""
    key = "address" if "address" in machine else "name"
    same = next((row for row in reversed(known) if key in row and row[key] == machine.get(key)), None)
    return machine if same is None else {**same, **machine, "name": same["name"]}
