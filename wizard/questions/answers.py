"""The answers of a session as texts, the way they were typed: also wrong and half finished ones are kept.

A draft is a halb.toml with these texts; `judge` in `wizard.questions.session` says what they amount to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from rules.plan.schema import SCHEMA, check_value


class Place(NamedTuple):
    """Where an answer belongs: a table of halb.toml, the number of the machine in it (0 where there is one), a key."""

    table: str
    number: int
    key: str


class Answers:
    """Texts by place; never changed, `put` and `without` give new ones. A place without an answer has ""."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[Place, str] | None = None) -> None:
        self._texts = {place: text for place, text in (texts or {}).items() if text != ""}

    def __getitem__(self, place: Place) -> str:
        return self._texts.get(place, "")

    def __iter__(self) -> Iterator[Place]:
        return iter(self._texts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answers) and self._texts == other._texts

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def put(self, place: Place, text: str) -> Answers:
        """The answers with this one in place of the old."""
        return Answers({**self._texts, place: text})

    def count(self, table: str) -> int:
        """How many machines a list has: up to the last one with any answer."""
        return max((place.number + 1 for place in self._texts if place.table == table), default=0)

    def without(self, table: str, number: int) -> Answers:
        """The answers without one machine; those behind it move up."""
        moved = {}
        for place, text in self._texts.items():
            if place.table == table and place.number == number:
                continue
            up = place.table == table and place.number > number
            moved[place._replace(number=place.number - 1) if up else place] = text
        return Answers(moved)


def typed(table: str, key: str, text: str) -> Any:
    """The value that halb.toml has for a typed text: a string, a number or true and false, whichever the key takes.

    Raises ValueError with the words of the key's own check.
    """
    value = next((value for value in _readings(text) if _takes(table, key, value)), None)
    if value is not None:
        return value
    number = next((value for value in _readings(text) if not isinstance(value, str)), text)
    wants_number = any(_takes(table, key, probe) for probe in (1, 1.0, True))
    check_value(table, key, number if wants_number else text)
    raise ValueError(f"can't be '{text}'")


def _readings(text: str) -> Iterator[Any]:
    yield text
    if text in ("true", "false"):
        yield text == "true"
    for read in (int, float):
        try:
            yield read(text)
        except ValueError:
            continue


def _takes(table: str, key: str, value: Any) -> bool:
    try:
        check_value(table, key, value)
    except ValueError:
        return False
    return True


def fault(place: Place, text: str) -> str:
    """What is wrong with an answer, in words; "" for a right one and for none."""
    if not text:
        return ""
    try:
        typed(place.table, place.key, text)
    except ValueError as error:
        return str(error)
    return ""


def to_toml(answers: Answers) -> str:
    """The answers as a halb.toml: right ones with their type, wrong ones as the text they are."""
    import tomlkit

    document = tomlkit.document()
    for name, table in SCHEMA.items():
        if table.many:
            machines = [_table(answers, name, index) for index in range(answers.count(name))]
            if machines:
                array = tomlkit.aot()
                for machine in machines:
                    array.append(machine)
                document.append(name, array)
        elif found := _table(answers, name, 0):
            document.append(name, found)
    return tomlkit.dumps(document)


def _table(answers: Answers, name: str, index: int) -> Any:
    import tomlkit

    table = tomlkit.table()
    for key in SCHEMA[name].keys:
        if text := answers[Place(name, index, key)]:
            table.append(key, text if fault(Place(name, index, key), text) else typed(name, key, text))
    return table


def from_toml(text: str) -> Answers:
    """The answers that a draft, or any halb.toml, holds; keys that nobody asks for are left out.

    Raises ValueError (`tomllib.TOMLDecodeError`) for a text that is no TOML.
    """
    import tomllib

    texts: dict[Place, str] = {}
    for name, value in tomllib.loads(text).items():
        tables = value if isinstance(value, list) else [value]
        for index, table in enumerate(tables):
            if name in SCHEMA and isinstance(table, dict):
                for key, item in table.items():
                    if key in SCHEMA[name].keys and isinstance(item, str | int | float):
                        texts[Place(name, index, key)] = str(item).lower() if isinstance(item, bool) else str(item)
    return Answers(texts)


def with_secrets(answers: Answers, plan: Answers) -> Answers:
    """The answers with the passwords that their halb.toml has: a draft holds none.

    Only where both are about the same VIP, and so about the same virtual router.
    """
    vip = Place("vip", 0, "address")
    if not answers[vip] or answers[vip] != plan[vip]:
        return answers
    for place in plan:
        if SCHEMA[place.table].keys[place.key].secret and not answers[place]:
            answers = answers.put(place, plan[place])
    return answers
