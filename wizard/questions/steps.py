"""The wizard's steps as data: what is asked in which order, and the words that help to answer.

The words stand in `steps.toml`. A field belongs to a key of halb.toml and is checked by that key's own reader
(`rules.plan.schema`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple


class Field(NamedTuple):
    """One question. `table` and `key` are those of halb.toml.

    `example` is shown in the empty field, `help` below it in one line, `explain` is what F1 shows. An `optional` field
    may stay empty; a `secret` is shown as dots. `choices`: the only answers there are.
    """

    table: str
    key: str
    label: str
    example: str
    help: str
    explain: str
    optional: bool = False
    secret: bool = False
    choices: tuple[str, ...] = ()


class Step(NamedTuple):
    """One step: a short `name` for the bar of steps, a title, a sentence or two, and its fields.

    `many`: the fields are those of one machine of a list. `first` and `last` say which machines of the list belong to
    this step (the initial master is the first control-plane node). A step without fields has a screen of its own.
    """

    key: str
    name: str
    title: str
    intro: str
    fields: tuple[Field, ...] = ()
    many: bool = False
    first: int = 0
    last: int | None = None


@cache
def steps() -> tuple[Step, ...]:
    """All steps in their order; those without fields have screens of their own."""
    import tomllib

    text = files("wizard.questions").joinpath("steps.toml").read_text(encoding="utf-8")
    return tuple(_step(table) for table in tomllib.loads(text)["step"])


def _step(table: dict[str, Any]) -> Step:
    fields = tuple(
        Field(**{**field, **_flowing(field), "choices": tuple(field.get("choices", ()))})
        for field in table.pop("field", ())
    )
    return Step(**{**table, **_flowing(table)}, fields=fields)


def _flowing(table: dict[str, Any]) -> dict[str, str]:
    """The texts of several lines as one line each."""
    return {key: " ".join(value.split()) for key, value in table.items() if isinstance(value, str)}
