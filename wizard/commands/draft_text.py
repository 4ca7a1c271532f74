"""A draft as a halb.toml: what is known as it is, what only a person can say as a comment to fill in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rules.plan.readers import about, shown
from rules.plan.schema import SCHEMA, check_value, header
from wizard.plan.draft import Draft

_EXAMPLES = {
    "cluster": {"endpoint": '"kube.example.com"'},
    "control_plane": {"name": '"k8s-master1"', "address": '"192.168.2.151"'},
    "vip": {"address": '"192.168.2.140/24"'},
    "lb": {"name": '"lb1"', "address": '"192.168.2.141"', "interface": '"ens160"'},
}
_ALWAYS = ("cluster", "vip")
_COMMENT_COLUMN = 2  # blanks before the comment of a key to fill in


def draft_text(draft: Draft, folder: Path) -> tuple[str, list[str]]:
    """The text of a halb.toml in `folder`, and a line for each value that it can't have.

    Only what the draft knows is written: what it leaves open has its default when the plan is read. Paths of files
    become relative to the folder. SECRET: the text holds the draft's password.
    """
    left_out: list[str] = []
    parts = []
    for table, values in _tables(draft, folder):
        lines, wrong = _lines(table, values)
        left_out += wrong
        if lines or table in _ALWAYS:
            nameless = SCHEMA[table].many and not any(line.startswith("name = ") for line in lines)
            block = [header(table), *lines]
            parts.append("\n".join(_commented(block) if nameless else block) + "\n")
    return "\n".join(parts), left_out


def _tables(draft: Draft, folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each table with its values that are known, in the order in which a plan is written."""
    found: dict[str, list[Mapping[str, Any]]] = {
        "cluster": [{name: getattr(draft, name) for name in ("name", "endpoint", "port", "phase", "layout")}],
        "control_plane": [machine._asdict() for machine in draft.control_plane],
        "vip": [{"address": draft.vip, "address6": draft.vip6}],
        "vrrp": [draft.vrrp._asdict()],
        "lb": [lb._asdict() | {"files": _relative(lb.files, folder)} for lb in draft.load_balancers],
        "haproxy": [draft.haproxy._asdict()],
    }
    for table, schema in SCHEMA.items():
        for values in found.get(table, ()):
            # A key has a '-' in [haproxy] where the field has a '_'.
            named = ((key, values.get(key.replace("-", "_"))) for key in schema.keys)
            yield table, {key: value for key, value in named if value not in (None, ())}


def _relative(files: Iterable[str], folder: Path) -> tuple[str, ...]:
    """The paths of files, seen from a folder; what was read from no file (stdin) is left out."""
    return tuple(os.path.relpath(file, folder).replace(os.sep, "/") for file in files if os.path.exists(file))


def _lines(table: str, values: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The lines below a header, and what was left out of them."""
    lines, wrong = [], []
    for name, key in SCHEMA[table].keys.items():
        if name in values:
            value = _plain(values[name])
            try:
                check_value(table, name, value)
                _check_characters(value)
            except ValueError as error:
                what = "" if key.secret else f" {shown(value)}"
                wrong.append(f"left out: {header(table)} {name}{what}: {about(name, str(error))}")
            else:
                lines.append(f"{name} = {_toml(value)}")
                continue
        if example := _EXAMPLES.get(table, {}).get(name):
            lines.append(f"# {name} = {example}{' ' * _COMMENT_COLUMN}# fill in: {key.what}")
    return lines, wrong


def _check_characters(value: Any) -> None:
    """TOML is UTF-8: a path with other bytes in it has no place there."""
    if any("\ud800" <= character <= "\udfff" for text in _texts(value) for character in text):
        raise ValueError("must be UTF-8 text")


def _texts(value: Any) -> Iterable[str]:
    return value if isinstance(value, list) else (str(value),)


def _commented(lines: Iterable[str]) -> list[str]:
    """A table of a machine without a name: a comment to complete, as each machine needs its name."""
    return ["# Give this machine its name, and remove the '# ' of each line:", *(f"# {line}" for line in lines)]


def _plain(value: Any) -> Any:
    """The value as TOML gives it: an address is a string there."""
    if isinstance(value, (bool, int, float)):
        return value
    return [str(item) for item in value] if isinstance(value, tuple) else str(value)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return '"' + "".join(map(_in_string, value)) + '"'


def _in_string(character: str) -> str:
    """One character of a basic string (TOML 1.0): quotes, backslashes and control characters are escaped."""
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08X}"
