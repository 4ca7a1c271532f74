"""The wizard's steps as data: what is asked in which order, and the words about each step.

They stand in `steps.toml`. A field is a key of halb.toml, and its words stand with its declaration (`rules.plan.keys`).
The step "advanced" asks for every key that no other one does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from rules.plan import SCHEMA, KeyPath, every_key, text_of, written
from wizard.questions.answers import SCHEMA_KEY

ADVANCED = "advanced"
_OF_THE_FILE = ("cluster", SCHEMA_KEY)


class Field(NamedTuple):
    """One question. `table` and `key` are those of halb.toml.

    `example` is shown in the empty field, `help` below it in one line, `explain` is what F1 shows. An `optional` field
    may stay empty; a `secret` is shown as dots. `choices`: the only answers there are, a fixed default first, and
    `words` what they are called where the answer itself does not say it.
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
    words: Mapping[str, str] = {}

    def worded(self, choice: str) -> str:
        """What a choice is called."""
        return self.words.get(choice, choice)


class Step(NamedTuple):
    """One step: a short `name` for the bar of steps, a title, a sentence or two, and its fields.

    `many`: the fields are those of one machine of a list. `first` and `last` say which machines of the list belong to
    this step (the initial master is the first control-plane node). A step without fields has a screen of its own.
    `aside`: it is not on the way from the first step to the last. `later`: the intro once the name leads to the VIP, if
    it is another one then.
    """

    key: str
    name: str
    title: str
    intro: str
    fields: tuple[Field, ...] = ()
    many: bool = False
    first: int = 0
    last: int | None = None
    aside: bool = False
    later: str = ""

    def asks(self, place: KeyPath) -> bool:
        """Whether an answer belongs to this step."""
        if not any((field.table, field.key) == (place.table, place.key) for field in self.fields):
            return False
        return place.number >= self.first and (self.last is None or place.number < self.last)

    def field_of(self, place: KeyPath) -> Field:
        """The field of an answer that belongs to this step."""
        return next(field for field in self.fields if (field.table, field.key) == (place.table, place.key))


def field(table: str, key: str, number: int = 0) -> Field:
    """The field of a key; `number` chooses the example."""
    declared = SCHEMA[table].keys[key]
    usual = str(declared.default).lower() if isinstance(declared.default, bool) else str(declared.default)
    choices = sorted(declared.type.choices, key=lambda choice: choice != usual)
    examples = declared.examples or (text_of(written(declared.default)),)
    return Field(
        table,
        key,
        declared.label,
        examples[min(number, len(examples) - 1)],
        declared.help or declared.what,
        declared.explain or f"{declared.what[0].upper()}{declared.what[1:]}.",
        optional=not declared.needed,
        secret=declared.secret,
        choices=tuple(choices) if usual in choices or declared.usual else (),
        words=declared.choices,
    )


@cache
def steps() -> tuple[Step, ...]:
    """All steps in their order; those without fields have screens of their own."""
    import tomllib

    text = files("wizard.questions").joinpath("steps.toml").read_text(encoding="utf-8")
    tables: list[dict[str, Any]] = tomllib.loads(text)["step"]
    asked = {name for table in tables for name in table.get("keys", ())}
    rest = [
        f"{key.table}.{key.name}"
        for key in every_key()
        if f"{key.table}.{key.name}" not in asked and (key.table, key.name) != _OF_THE_FILE
    ]
    return tuple(_step(table, rest) for table in tables)


def _step(table: Mapping[str, Any], rest: list[str]) -> Step:
    keys = rest if table["key"] == ADVANCED else table.get("keys", ())
    pairs = (name.split(".", 1) for name in keys)
    fields = tuple(field(where, key, table.get("first", 0)) for where, key in pairs)
    words: dict[str, Any] = {
        key: " ".join(value.split()) if isinstance(value, str) else value for key, value in table.items()
    }
    words.pop("keys", None)
    return Step(**words, fields=fields)
