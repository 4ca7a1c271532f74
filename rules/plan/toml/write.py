"""Writing TOML: values and tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def value_text(value: Any) -> str:
    """A value as TOML 1.0 writes it, in one line: a string, number, truth value, list, or table."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(value_text, value))}]"
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(name)} = {value_text(item)}" for name, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return '"' + "".join(map(_in_string, str(value))) + '"'


def table_text(header: str, values: Mapping[str, Any]) -> str:
    """A table: its header, and a line for each key that has a value (not None)."""
    lines = [f"{name} = {value_text(value)}" for name, value in values.items() if value is not None]
    return "".join(f"{line}\n" for line in [header, *lines])


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else value_text(name)


def _in_string(character: str) -> str:
    """One character of a basic string: quotes, backslashes and what can't be printed are escaped."""
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08X}"
