"""What the declarations of halb.toml's keys say, for editors (a JSON Schema) and for people (docs/halb-toml.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rules.plan.record import Key
from rules.plan.schema import SCHEMA, PlanTable, header
from rules.plan.toml.write import value_text
from rules.plan.types.readers import written


def json_schema() -> str:
    """halb.toml as a JSON Schema (draft 2020-12): editors complete keys by it, and check values as they are typed."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "halb.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _table_schema(table) for name, table in SCHEMA.items()},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _table_schema(table: PlanTable) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": table.what,
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _key_schema(key) for name, key in table.keys.items()},
    }
    if named := [name for name, key in table.keys.items() if key.named]:
        found["required"] = named
    return {"type": "array", "items": found} if table.many else found


def _key_schema(key: Key) -> dict[str, Any]:
    found: dict[str, Any] = {"description": key.what, **key.type.schema}
    if key.usual is None and not key.needed and key.default not in (None, (), {}):
        found["default"] = written(key.default)
    return found


def page() -> str:
    """docs/halb-toml.md: every table with its keys."""
    parts = [
        "# halb.toml",
        "",
        "Generated from the declarations in `rules/plan/keys` by `make docs`. The same for editors is in",
        "[halb.schema.json](halb.schema.json), a JSON Schema, which `halb-wizard --schema` prints. Taplo, and editors",
        "that use it, read it where the first line of a halb.toml is `#:schema ./halb.schema.json`.",
    ]
    for name, table in SCHEMA.items():
        what = f"One table for each {table.what}." if table.many else f"{table.what[0].upper()}{table.what[1:]}."
        parts += ["", f"## {header(name)}", "", what, ""]
        parts += ["| key | what | type | when left out |", "| --- | --- | --- | --- |"]
        parts += [_row(key) for key in table.keys.values()]
    return "\n".join(parts) + "\n"


def cells(key: Key) -> tuple[str, str, str, str]:
    """What is said of a key: its name, what it is, its type, and what holds when it is left out (in Markdown)."""
    return f"`{key.name}`", key.what + (" (secret)" if key.secret else ""), "; ".join(_type(key)), _left_out(key)


def _row(key: Key) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells(key)) + " |"


def _type(key: Key) -> Iterator[str]:
    schema = key.type.schema
    if "enum" in schema:
        yield ", ".join(f"`{value_text(choice)}`" for choice in schema["enum"])
        return
    words = {"array": "list of strings", "object": "lists of strings by pattern", "boolean": "`true`, `false`"}
    of_items = schema.get("additionalProperties", {}).get("enum")
    yield f"table of {', '.join(of_items)}" if of_items else words.get(schema["type"], schema["type"])
    if "minimum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    if key.examples and "enum" not in schema and schema["type"] == "string":
        yield f"as `{value_text(key.examples[0])}`"


def _left_out(key: Key) -> str:
    if key.named:
        return "an error"
    if key.needed:
        return "asked for"
    if key.usual is not None:
        return "follows from the others"
    return "nothing" if key.default in (None, (), {}) else f"`{value_text(written(key.default))}`"
