"""Changing the text of a halb.toml where a plan differs from it, and nowhere else."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from parsers.source import Source, Span
from rules.plan.model import ClusterError
from rules.plan.positions import Positions, Way
from rules.plan.schema import SCHEMA, check_value
from wizard.plan.plan import Balancer, Plan
from wizard.plan.values import (
    USUAL_NODE,
    Values,
    lb_files,
    lb_values,
    needed,
    node_values,
    single_tables,
    table_text,
    toml,
    usual,
    usual_lbs,
)

_COMMENT = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|\'\'\'.*?\'\'\'\'{0,2}|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+'|(?P<comment>#[^\r\n]*)''',
    re.DOTALL,
)
_BLANK_LINE = re.compile(r"[ \t]*\r?\n")
_BLANK_LINE_BEFORE = re.compile(r"\n([ \t]*\r?\n)\Z")


class _Edit(NamedTuple):
    """At one place, keys of the table that ends there come before a `new` table."""

    start: int
    end: int
    text: str
    new: bool = False


class _Wanted(NamedTuple):
    """A machine's table: `old` is its number in the text, None for a new one; `new` is what a new one holds."""

    old: int | None
    values: Values
    usual: Values
    new: Values


class PlanText:
    """The text of a halb.toml that `rules.plan` has accepted, and the changes to it."""

    def __init__(self, source: Source) -> None:
        written = source.text
        self._ended = written.endswith("\n")
        self.newline = "\r\n" if "\r\n" in written else "\n"
        self._text = written if self._ended else written + self.newline
        self._positions = Positions(source)
        self.data: Mapping[str, Any] = tomllib.loads(f" {written[1:]}" if written.startswith("\ufeff") else written)
        self._edits: list[_Edit] = []

    def changed_to(self, plan: Plan) -> str:
        """The text that gives this plan."""
        single, without = single_tables(plan), usual(plan)
        lists = {"control_plane": self._nodes(plan), "lb": self._lbs(plan)}
        for table in SCHEMA:
            if table in single:
                self._table(table, single[table], without[table])
            elif table in lists:
                self._list(table, lists[table])
        text = _applied(self._text, 0, len(self._text), self._edits)
        return text if self._ended else text.removesuffix(self.newline)

    # What is wanted of the machines' tables

    def _known(self, table: str, machines: Sequence[Any]) -> list[int | None]:
        """The number of each machine's table: that of its name, else one of its address that no name claims."""
        old = self.data.get(table, [])
        by_name = {values["name"]: index for index, values in enumerate(old)}
        found = [by_name.get(machine.name) for machine in machines]
        free = {
            str(check_value(table, "address", values["address"])): index
            for index, values in enumerate(old)
            if index not in found and "address" in values
        }
        return [
            free.pop(str(machine.address), None) if index is None else index
            for machine, index in zip(machines, found, strict=True)
        ]

    def _nodes(self, plan: Plan) -> list[_Wanted]:
        known = self._known("control_plane", plan.control_plane)
        values = map(node_values, plan.control_plane)
        return [_Wanted(index, said, USUAL_NODE, said) for index, said in zip(known, values, strict=True)]

    def _lbs(self, plan: Plan) -> list[_Wanted]:
        """In the order of the text, new ones last, where that means the same as the plan's order."""
        known = dict(zip(plan.load_balancers, self._known("lb", plan.load_balancers), strict=True))
        lbs: Sequence[Balancer] = sorted(known, key=lambda lb: (known[lb] is None, known[lb] or 0))
        if tuple(sorted(lbs, key=lambda lb: -lb.priority)) != plan.load_balancers:
            lbs = plan.load_balancers
        wanted = []
        for lb, without in zip(lbs, usual_lbs(lbs), strict=True):
            index, values, files = known[lb], lb_values(lb), lb_files(lb.name)
            old = {} if index is None else self.data["lb"][index]
            if old.get("files") == lb_files(old.get("name", "")):
                values["files"] = files
            wanted.append(_Wanted(index, values, without, {**lb_values(lb), "files": files}))
        return wanted

    # Tables

    def _table(self, table: str, values: Values, without: Values) -> None:
        if table not in self.data:
            wanted = values if table != "haproxy" else needed(values, without)
            if needed(values, without):
                self._insert(self._place_of(table), self.newline + self._lines(table_text(table, wanted)))
            return
        added, removed = self._keys((table,), values, without)
        if self._has_header(table) or not (added or removed):
            self._edits += self._changes((table,), values, without)
            return
        left = {key: value for key, value in self.data[table].items() if key not in removed}
        self._restate(table, [{**left, **{key: values[key] for key in values if key in left or key in added}}])

    def _list(self, table: str, wanted: Sequence[_Wanted]) -> None:
        old = self.data.get(table, [])
        kept = [machine.old for machine in wanted if machine.old is not None]
        if old and self._has_header(table):
            self._slots(table, wanted, sorted(kept))
            return
        same = kept == list(range(len(old))) and len(wanted) == len(old)
        if same and not any(any(self._keys((table, m.old or 0), m.values, m.usual)) for m in wanted):
            for machine in wanted:
                self._edits += self._changes((table, machine.old or 0), machine.values, machine.usual)
            return
        tables = []
        for machine in wanted:
            files = {} if machine.old is None else {k: v for k, v in old[machine.old].items() if k == "files"}
            tables.append({**machine.new, **files, **machine.values})
        self._restate(table, tables)

    def _slots(self, table: str, wanted: Sequence[_Wanted], kept: Sequence[int]) -> None:
        """Put the tables that stay, in their wanted order, where tables that stay are now; new ones follow others."""
        blocks = {index: self._block(table, index) for index in range(len(self.data[table]))}
        slots = iter(kept)
        at = blocks[kept[0]][0] if kept else blocks[max(blocks)][1]
        leading = bool(kept)
        for machine in wanted:
            if machine.old is None:
                text = self._lines(table_text(table, machine.new))
                self._insert(at, text + self.newline if leading else self.newline + text)
                continue
            leading = False
            start, end = blocks[machine.old]
            text = _applied(self._text, start, end, self._changes((table, machine.old), machine.values, machine.usual))
            start, at = blocks[next(slots)]
            if text != self._text[start:at]:
                self._edits.append(_Edit(start, at, text))
        for index in blocks.keys() - set(kept):
            self._remove(*blocks[index], last=index == max(blocks))

    def _remove(self, start: int, end: int, *, last: bool) -> None:
        """Take a table's lines away and one of the blank lines around it; a comment above the first is for all."""
        if above := _BLANK_LINE_BEFORE.search(self._text, 0, start):
            start = above.start(1)
        elif not last and (below := _BLANK_LINE.match(self._text, end)):
            end = below.end()
        self._edits.append(_Edit(start, end, ""))

    def _restate(self, table: str, tables: Sequence[Values]) -> None:
        """Write with headers what stands in one line or in dotted keys; the comments there stay in their place."""
        if table in self.data:
            span = self._exact((table,))
            inline = "=" in self._text[self._line(span.start) : span.start]
            ways: list[Way] = [(table,)] if inline else [(table, key) for key in self.data[table]]
            for way in ways:
                self._edits.append(self._without(way))
        place = self._place_of(table)
        for values in tables:
            self._insert(place, self.newline + self._lines(table_text(table, values)))

    # Keys

    def _keys(self, way: Way, values: Values, without: Values) -> tuple[list[str], list[str]]:
        """The keys to add to the table and those to take away."""
        old = self._old(way)
        added = [key for key, value in needed(values, without).items() if value is not None and key not in old]
        return added, [key for key, value in values.items() if value is None and key in old]

    def _changes(self, way: Way, values: Values, without: Values) -> list[_Edit]:
        """What to change in the table, which has a header where keys come or go."""
        table, old = str(way[0]), self._old(way)
        added, removed = self._keys(way, values, without)
        edits = [self._without((*way, key)) for key in removed]
        for key in added:
            edits.append(self._new_key(way, key, values[key]))
        for key, value in values.items():
            if key in old and value is not None and check_value(table, key, old[key]) != check_value(table, key, value):
                span = self._exact((*way, key))
                edits.append(_Edit(span.start, span.end, toml(value)))
        return edits

    def _new_key(self, way: Way, key: str, value: Any) -> _Edit:
        """Below the key that comes before it in the schema, or below the header."""
        keys, old = list(SCHEMA[str(way[0])].keys), self._old(way)
        above = [other for other in keys[: keys.index(key)] if other in old]
        place = self._after(self._exact((*way, above[-1]) if above else way).end)
        return _Edit(place, place, self._lines(f"{key} = {toml(value)}\n"))

    def _without(self, way: Way) -> _Edit:
        """The lines of a key and its value, with nothing but their comments left."""
        span = self._exact(way)
        start, end = self._line(span.start), self._after(span.end)
        comments = (match["comment"] for match in _COMMENT.finditer(self._text, start, end))
        return _Edit(start, end, "".join(f"{comment}{self.newline}" for comment in comments if comment))

    # Places

    def _old(self, way: Way) -> Mapping[str, Any]:
        found: Any = self.data
        for part in way:
            found = found[part]
        values: Mapping[str, Any] = found
        return values

    def _exact(self, way: Way) -> Span:
        span = self._positions.exact(way)
        if span is None:
            name = ".".join(map(str, way))
            raise ClusterError(f"halb.toml: can't tell where {name} stands; write it in a line of its own")
        return span

    def _has_header(self, table: str) -> bool:
        span = self._exact((table,))
        return span.text.startswith("[") and not self._text[self._line(span.start) : span.start].strip(" \t\ufeff")

    def _line(self, at: int) -> int:
        return max(self._text.rfind("\n", 0, at) + 1, int(self._text.startswith("\ufeff")))

    def _after(self, at: int) -> int:
        return self._text.index("\n", at) + 1

    def _block(self, table: str, *index: int) -> tuple[int, int]:
        """From the header's line to behind that of the last key."""
        way: Way = (table, *index)
        header = self._exact(way)
        ends = [self._exact((*way, key)).end for key in self._old(way)]
        return self._line(header.start), self._after(max([header.end, *ends]))

    def _place_of(self, table: str) -> int:
        """Where a new table stands: below those that the schema has before it, else at the end."""
        names = list(SCHEMA)
        for name in reversed(names[: names.index(table)]):
            if self.data.get(name) and self._has_header(name):
                last = (len(self.data[name]) - 1,) if SCHEMA[name].many else ()
                return self._block(name, *last)[1]
        return len(self._text)

    def _insert(self, at: int, text: str) -> None:
        self._edits.append(_Edit(at, at, text, new=True))

    def _lines(self, text: str) -> str:
        return text.replace("\n", self.newline)


def _applied(text: str, start: int, end: int, edits: Sequence[_Edit]) -> str:
    """The text from `start` to `end` with the edits in it, which lie apart; those at one place keep their order."""
    parts = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end, edit.new)):
        parts += [text[start : edit.start], edit.text]
        start = edit.end
    return "".join([*parts, text[start:end]])
