"""The tables of halb.toml with their keys, as the declarations in `rules.plan.keys` make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from parsers.records import NamedTuple
from rules.plan.keys.haproxy import HaproxyChoice
from rules.plan.keys.lint import LintChoice
from rules.plan.keys.machines import ApiServer, Balancer, BalancerFiles
from rules.plan.keys.plan import FormOfFile, Plan
from rules.plan.keys.vrrp import VrrpChoice
from rules.plan.model import KeyPath
from rules.plan.record import Key, Record
from rules.plan.types.readers import shown
from rules.text.suggestions import hint
from rules.text.wording import listed


class PlanTable(NamedTuple):
    """One table; `many`: an array of tables, written `[[name]]`, one for each `what`, `least` of them at least.

    `absent` is what to write where there is none.
    """

    what: str
    many: bool = False
    least: int = 0
    absent: str = ""
    keys: Mapping[str, Key] = {}


_TABLES = {
    "cluster": PlanTable("the endpoint"),
    "control_plane": PlanTable("control-plane node", True, 1, "write one, the initial master's first"),
    "vip": PlanTable("the VIP"),
    "vrrp": PlanTable("how keepalived elects the load balancer that holds the VIP"),
    "lb": PlanTable("load balancer", True, 2, "write one for each load balancer, two of them at least"),
    "haproxy": PlanTable("how haproxy forwards to the API servers"),
    "lint": PlanTable("what halb-lint looks at"),
}
_RECORDS: tuple[type[Record], ...] = (
    FormOfFile, Plan, ApiServer, VrrpChoice, Balancer, BalancerFiles, HaproxyChoice, LintChoice,
)  # fmt: skip


def _keys(table: str) -> dict[str, Key]:
    declared = [key for record in _RECORDS for key in record.keys.values() if key.table == table]
    found = [key for key in declared if not key.before]
    for key in declared:
        if key.before:
            found.insert([other.name for other in found].index(key.before), key)
    return {key.name: key for key in found}


SCHEMA: Mapping[str, PlanTable] = {name: table._replace(keys=_keys(name)) for name, table in _TABLES.items()}
"""The tables by their names, in the order in which a plan is written."""

OF_PLAN = frozenset(
    (key.table, key.name)
    for record in (Plan, ApiServer, VrrpChoice, Balancer, HaproxyChoice)
    for key in record.keys.values()
)
"""The keys (table and name) that a `Plan` holds; the others say nothing about the files that are rendered."""


def key_at(path: KeyPath) -> Key:
    """The declaration of a key."""
    return SCHEMA[path.table].keys[path.key]


def every_key() -> Iterator[Key]:
    """All keys in the order of the tables."""
    for table in SCHEMA.values():
        yield from table.keys.values()


def header(table: str) -> str:
    """How the table's header is written: `[vip]`, `[[lb]]`."""
    return f"[[{table}]]" if SCHEMA[table].many else f"[{table}]"


def key_of(table: str, key: str) -> Key:
    """The key of a known table; ValueError says which keys there are, or where this one belongs."""
    keys = SCHEMA[table].keys
    if key in keys:
        return keys[key]
    homes = [header(name) for name, other in SCHEMA.items() if key in other.keys]
    advice = f"it belongs in {listed(homes, 'or')}" if homes else hint(key, keys, f"known are {', '.join(keys)}")
    raise ValueError(f"unknown key {shown(key)} in {header(table)}; {advice}")


def check_value(table: str, key: str, value: Any) -> Any:
    """One value, as TOML gives it, read: the same checks and the same words as for the whole file.

    Raises ValueError with the text alone; `rules.plan.types.readers.about` puts the key before it.
    """
    return key_of(table, key).read(value)


def check_table(name: str, value: Any) -> None:
    """Whether a name at the top of the file is that of a table, and the value has its form; else ValueError."""
    if name in SCHEMA:
        many = SCHEMA[name].many
        if many and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            raise ValueError(f"'{name}' must be written as [[{name}]], one table per {SCHEMA[name].what}")
        if not many and not isinstance(value, dict):
            raise ValueError(f"'{name}' must be a table: write [{name}]")
        return
    if isinstance(value, (dict, list)):
        advice = hint(name, SCHEMA, f"known are {', '.join(SCHEMA)}")
        raise ValueError(f"unknown table {shown(name)}; {advice}")
    homes = [header(table) for table, other in SCHEMA.items() if name in other.keys]
    advice = (
        f"it belongs below {listed(homes, 'or')}" if homes else f"every key belongs in a table: {', '.join(SCHEMA)}"
    )
    raise ValueError(f"unknown key {shown(name)} outside of any table; {advice}")
