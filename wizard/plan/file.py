"""Writing a plan as halb.toml: a new one, or into one that is there.

The text of a file that is there is changed in its places alone: comments, blank lines, the order of keys, `[lint]` and
what else the plan does not say stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rules.plan import (
    OF_PLAN,
    SCHEMA,
    SCHEMA_NUMBER,
    KeyPath,
    Keys,
    Plan,
    TomlText,
    Values,
    count,
    header,
    parse_cluster,
    table_text,
    usual_value,
    values_of,
    written,
)

_TITLE = "# The plan of halb-wizard, and what halb-lint compares the files of the load balancers with."
_SHORT = ("haproxy", "lint")  # tables of which nothing is written but what is unusual


def write_plan(plan: Plan, old_text: str = "", more: Values | None = None) -> str:
    """The text of the plan's halb.toml, with `more` values that no plan holds, by the numbers of halb.toml.

    A key that is None among `more` is taken away. With `old_text`, that of the one there is, only what the plan changes
    is changed, and an equal plan gives the same text to the byte. Machines are known by their names, then by their
    addresses. Raises ClusterError when `old_text` is not a halb.toml.
    """
    values = values_of(plan) | _numbered(more or {}, plan)
    if not old_text:
        return _fresh(values)
    parse_cluster(old_text, "halb.toml")
    text = TomlText(old_text)
    if not any(table in text.data for table in SCHEMA if table != "lint"):
        gap = "" if old_text.endswith("\n") else "\n"
        return f"{old_text}{gap}\n{_fresh(values)}".replace("\r\n", "\n").replace("\n", text.newline)
    for name, table in SCHEMA.items():
        if table.many:
            _write_list(text, name, values)
        else:
            _write_table(text, name, values)
    return text.result()


def _numbered(more: Values, plan: Plan) -> dict[KeyPath, Any]:
    """Values with the numbers of the plan's load balancers in place of those of halb.toml."""
    place = {number: index for index, number in enumerate(plan.order)}
    return {
        path._replace(number=place.get(path.number, path.number)) if path.table == "lb" else path: value
        for path, value in more.items()
    }


def lb_files(name: str) -> list[str]:
    """The files that are written for the load balancer, relative to halb.toml."""
    return [f"{name}/etc/haproxy/haproxy.cfg", f"{name}/etc/keepalived/keepalived.conf"]


def _fresh(values: Values) -> str:
    parts = [f"{_TITLE}\n"]
    values = {path: value for path, value in values.items() if value is not None}
    values = {KeyPath("cluster", 0, "schema"): SCHEMA_NUMBER, **values}
    for name, table in SCHEMA.items():
        comment = f"# {_about(name)}\n"
        for number in range(count(values, name) if table.many else 1):
            row = _row(name, number, values)
            keys = _with_files(name, row.given) if name not in _SHORT else row.needed
            if any(value is not None for value in keys.values()):
                parts.append(comment + table_text(header(name), keys))
                comment = ""
    return "\n".join(parts)


def _about(table: str) -> str:
    what = SCHEMA[table].what
    if not SCHEMA[table].many:
        return what[0].upper() + what[1:]
    first = "; the first is the initial master" if table == "control_plane" else ""
    return f"One table for each {what}{first}"


class _Row(NamedTuple):
    """What is wanted of one table: `given` are its keys, `usual` what follows for those that are not there."""

    given: Keys
    usual: Keys

    @property
    def needed(self) -> dict[str, Any]:
        """The keys that have to be written."""
        return {key: value for key, value in self.given.items() if key not in self.usual or self.usual[key] != value}

    def changes(self, old: Keys, table: str) -> dict[str, Any]:
        """The keys that come, go (None) and change."""
        found = {key: value for key, value in self.needed.items() if value is not None and key not in old}
        for key, value in self.given.items():
            if key in old and (value is None or not _same(table, key, old[key], value)):
                found[key] = value
        return found


def _row(table: str, number: int, values: Values) -> _Row:
    given, usual = {}, {}
    for key in SCHEMA[table].keys.values():
        path = KeyPath(table, number, key.name)
        if path in values:
            given[key.name] = None if values[path] is None else written(values[path])
        elif (table, key.name) in OF_PLAN:
            given[key.name] = None
        if (table, key.name) in OF_PLAN and not key.needed:
            follows = usual_value(path, values)
            usual[key.name] = None if follows is None else written(follows)
    return _Row(given, usual)


def _same(table: str, key: str, one: Any, other: Any) -> bool:
    read = SCHEMA[table].keys[key].read
    return bool(read(one) == read(other))


def _with_files(table: str, keys: Keys) -> dict[str, Any]:
    """A new load balancer's table says where its files are."""
    return {**keys, "files": keys.get("files", lb_files(keys["name"]))} if table == "lb" else dict(keys)


def _order(table: str) -> list[str]:
    return list(SCHEMA[table].keys)


def _place_of(text: TomlText, table: str) -> int:
    """Where a new table stands: below those that are declared before it, else at the end."""
    names = list(SCHEMA)
    return text.end_of(names[: names.index(table)])


def _write_table(text: TomlText, table: str, values: Values) -> None:
    row = _row(table, 0, values)
    if table not in text.data:
        if row.needed:
            wanted = row.needed if table in _SHORT else row.given
            text.add_table(_place_of(text, table), header(table), wanted)
        return
    old = text.data[table]
    changes = row.changes(old, table)
    if text.has_header(table) or not _comes_or_goes(changes, old):
        text.set_keys((table,), changes, _order(table))
    else:
        kept = {**old, **changes}
        text.restate(table, _place_of(text, table), header(table), [kept])


def _comes_or_goes(changes: Keys, old: Keys) -> bool:
    return any(value is None or key not in old for key, value in changes.items())


class _Machine(NamedTuple):
    """A machine's table: `old` is its number in the text, None for a new one."""

    old: int | None
    row: _Row


def _write_list(text: TomlText, table: str, values: Values) -> None:
    wanted = _machines(text, table, values)
    old = text.data.get(table, [])
    kept = [machine.old for machine in wanted if machine.old is not None]
    changes = [{} if m.old is None else m.row.changes(old[m.old], table) for m in wanted]
    if old and text.has_header(table):
        _fill_slots(text, table, wanted, changes)
        return
    same = kept == list(range(len(old))) and len(wanted) == len(old)
    if same and not any(_comes_or_goes(change, old[index]) for index, change in enumerate(changes)):
        for index, change in enumerate(changes):
            text.set_keys((table, index), change, _order(table))
        return
    tables = []
    for machine in wanted:
        files = {} if machine.old is None else {k: v for k, v in old[machine.old].items() if k == "files"}
        tables.append({**_with_files(table, machine.row.given), **files, **machine.row.given})
    text.restate(table, _place_of(text, table), header(table), tables)


def _machines(text: TomlText, table: str, values: Values) -> list[_Machine]:
    """The machines in the order of the text, new ones last, where that means the same as their own order."""
    known = _known(text, table, values)
    order = list(range(len(known)))
    if table == "lb":
        moved = sorted(order, key=lambda number: (known[number] is None, known[number] or 0))
        if sorted(moved, key=lambda number: -values[KeyPath("lb", number, "priority")]) == order:
            order = moved
            values = _renumbered(values, order)
    found = []
    for number, old in enumerate(known[place] for place in order):
        row = _row(table, number, values)
        if old is not None and "files" not in row.given:
            before = text.data[table][old]
            if before.get("files") == lb_files(before.get("name", "")):
                row = row._replace(given={**row.given, "files": lb_files(row.given["name"])})
        found.append(_Machine(old, row))
    return found


def _renumbered(values: Values, order: Sequence[int]) -> Values:
    """The load balancers in another order."""
    place = {number: index for index, number in enumerate(order)}
    return {path._replace(number=place[path.number]) if path.table == "lb" else path: v for path, v in values.items()}


def _known(text: TomlText, table: str, values: Values) -> list[int | None]:
    """The number of each machine's table: that of its name, else one of its address that no name claims."""
    old: Sequence[Mapping[str, Any]] = text.data.get(table, [])
    machines = range(count(values, table))
    by_name = {row["name"]: index for index, row in enumerate(old)}
    found = [by_name.get(values[KeyPath(table, number, "name")]) for number in machines]
    read = SCHEMA[table].keys["address"].read
    free = {read(row["address"]): index for index, row in enumerate(old) if index not in found and "address" in row}
    return [
        free.pop(values[KeyPath(table, number, "address")], None) if index is None else index
        for number, index in zip(machines, found, strict=True)
    ]


def _fill_slots(text: TomlText, table: str, wanted: Sequence[_Machine], changes: Sequence[Keys]) -> None:
    """Put the tables that stay, in their wanted order, where tables that stay are now; new ones follow others."""
    blocks = {index: text.block((table, index)) for index in range(len(text.data[table]))}
    kept = sorted(machine.old for machine in wanted if machine.old is not None)
    slots = iter(kept)
    at = blocks[kept[0]][0] if kept else blocks[max(blocks)][1]
    leading = bool(kept)
    for machine, change in zip(wanted, changes, strict=True):
        if machine.old is None:
            text.add_table(at, header(table), _with_files(table, machine.row.given), leading=leading)
            continue
        leading = False
        slot = blocks[next(slots)]
        way = (table, machine.old)
        text.move_table(way, slot, text.key_changes(way, change, _order(table)))
        at = slot[1]
    for index in sorted(blocks.keys() - set(kept)):
        text.remove_table((table, index), last=index == max(blocks))
