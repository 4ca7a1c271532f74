"""A draft as a halb.toml: what is known as it is, what only a person can say as a comment to fill in."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rules.plan import SCHEMA, Draft, KeyPath, about, count, header, is_needed, key_at, shown, value_text, written
from wizard.plan.places import seen_from

_ALWAYS = ("cluster", "vip")
_PATHS = ("lb.files", "lb.imported")
_COMMENT_COLUMN = 2  # spaces before the comment of a key to fill in


def fitting(draft: Draft, folder: Path | None) -> tuple[dict[KeyPath, Any], list[str]]:
    """The draft's values as a halb.toml in `folder` has them, and a line for each that it can't have.

    Paths of files become relative to the folder; without one they become absolute.
    """
    found, left_out = {}, []
    for path, value in draft.values.items():
        key = key_at(path)
        plain = written(_placed(value, folder) if path.name in _PATHS else value)
        if plain == []:
            continue
        try:
            key.read(plain)
            _check_characters(plain)
        except ValueError as error:
            what = "" if key.secret else f" {shown(plain)}"
            left_out.append(f"left out: {header(path.table)} {path.key}{what}: {about(path.key, str(error))}")
        else:
            found[path] = plain
    return found, left_out


def draft_text(draft: Draft, folder: Path) -> tuple[str, list[str]]:
    """The text of a halb.toml in `folder`, and a line for each value that it can't have.

    Only what the draft knows is written: what it leaves open has its default when the plan is read. SECRET: the text
    holds the draft's password.
    """
    values, left_out = fitting(draft, folder)
    parts = []
    for name, table in SCHEMA.items():
        for number in range(count(draft.values, name) if table.many else 1):
            keys = [KeyPath(name, number, key) for key in table.keys]
            lines = [line for path in keys if (line := _line(path, values, draft))]
            if name in _ALWAYS or any(path in draft.values for path in keys):
                block = [header(name), *lines]
                nameless = table.many and KeyPath(name, number, "name") not in values
                parts.append("\n".join(_commented(block) if nameless else block) + "\n")
    return "\n".join(parts), left_out


def _line(path: KeyPath, values: dict[KeyPath, Any], draft: Draft) -> str:
    """The line of a key; a comment for one that somebody has to say."""
    if path in values:
        return f"{path.key} = {value_text(values[path])}"
    key = key_at(path)
    if not is_needed(key, path.number, draft.values):
        return ""
    return f'# {path.key} = "{key.examples[0]}"{" " * _COMMENT_COLUMN}# fill in: {key.what}'


def _placed(files: Iterable[str], folder: Path | None) -> tuple[str, ...]:
    """The paths of files, seen from a folder; what was read from no file (stdin) is left out."""
    found = [file for file in files if os.path.exists(file)]
    return tuple(os.path.abspath(file) if folder is None else seen_from(file, folder) for file in found)


def _check_characters(value: Any) -> None:
    """TOML is UTF-8: a path with other bytes in it has no place there."""
    texts = value if isinstance(value, list) else (str(value),)
    if any("\ud800" <= character <= "\udfff" for text in texts for character in text):
        raise ValueError("must be UTF-8 text")


def _commented(lines: Iterable[str]) -> list[str]:
    """A table of a machine without a name: a comment to complete, as each machine needs its name."""
    return ["# Give this machine its name, and remove the '# ' of each line:", *(f"# {line}" for line in lines)]
