"""The answers of a session as texts, the way they were typed: also wrong and half finished ones are kept.

A draft is a halb.toml with these texts; `judge` in `wizard.questions.session` says what they amount to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.plan import SCHEMA, KeyPath, check_value, count, header, key_at, table_text, text_of

Place = KeyPath
SCHEMA_KEY = "schema"
"""In `[cluster]` the form of the file, which nobody answers: whoever writes a file knows its form."""


class Answers:
    """Texts by place; never changed, `put` and `without` give new ones. A place without an answer has ""."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[KeyPath, str] | None = None) -> None:
        self._texts = {place: text for place, text in (texts or {}).items() if text != ""}

    def __getitem__(self, place: KeyPath) -> str:
        return self._texts.get(place, "")

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self._texts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answers) and self._texts == other._texts

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def put(self, place: KeyPath, text: str) -> Answers:
        """The answers with this one in place of the old."""
        return Answers({**self._texts, place: text})

    def count(self, table: str) -> int:
        """How many machines a list has: up to the last one with any answer."""
        return count(self._texts, table)

    def without(self, table: str, number: int) -> Answers:
        """The answers without one machine; those behind it move up."""
        moved = {}
        for place, text in self._texts.items():
            if place.table == table and place.number == number:
                continue
            up = place.table == table and place.number > number
            moved[place._replace(number=place.number - 1) if up else place] = text
        return Answers(moved)

    def with_room(self, table: str, number: int) -> Answers:
        """The answers with an empty place in a list: the machines from this one on move down."""
        moved = {}
        for place, text in self._texts.items():
            down = place.table == table and place.number >= number
            moved[place._replace(number=place.number + 1) if down else place] = text
        return Answers(moved)


def typed(place: KeyPath, text: str) -> Any:
    """The value that halb.toml has for a typed text; ValueError with the words of the key's own check."""
    return key_at(place).type.typed(text)


def fault(place: KeyPath, text: str) -> str:
    """What is wrong with an answer, in words; "" for a right one and for none."""
    if not text:
        return ""
    try:
        typed(place, text)
    except ValueError as error:
        return str(error)
    return ""


def values_of_answers(answers: Answers) -> dict[KeyPath, Any]:
    """The answers that are right, read."""
    return {
        place: key_at(place).read(typed(place, answers[place])) for place in answers if not fault(place, answers[place])
    }


def answers_of(values: Mapping[KeyPath, Any]) -> Answers:
    """Values, as TOML has them, as one types them."""
    return Answers({path: text_of(value) for path, value in values.items()})


def to_toml(answers: Answers) -> str:
    """The answers as the text of a draft: right ones with their type, wrong ones as the text they are."""
    parts = []
    for name, table in SCHEMA.items():
        for number in range(answers.count(name) if table.many else 1):
            places = [KeyPath(name, number, key) for key in table.keys]
            given = {place.key: answers[place] for place in places if answers[place]}
            if given or table.many:
                parts.append(
                    table_text(
                        header(name),
                        {key: toml_value(KeyPath(name, number, key), text) for key, text in given.items()},
                    )
                )
    return "\n".join(parts)


def toml_value(place: KeyPath, text: str) -> Any:
    """What TOML has for an answer: a right one with its type, a wrong one as the text it is."""
    return text if fault(place, text) else typed(place, text)


def from_toml(text: str) -> Answers:
    """The answers that a draft, or any halb.toml, holds; what is not a key of halb.toml is left out.

    Raises ValueError (`tomllib.TOMLDecodeError`) for a text that is not TOML, and for the form of a later halb.
    """
    import tomllib

    found: dict[KeyPath, Any] = {}
    for name, value in tomllib.loads(text.removeprefix("\ufeff")).items():
        tables = value if isinstance(value, list) else [value]
        for number, table in enumerate(tables):
            if name in SCHEMA and isinstance(table, dict):
                keys = SCHEMA[name].keys
                if name == "cluster" and SCHEMA_KEY in table:
                    check_value(name, SCHEMA_KEY, table[SCHEMA_KEY])
                found |= {KeyPath(name, number, key): item for key, item in table.items() if key in keys}
    return answers_of({path: item for path, item in found.items() if _is_answer(item)})


def _is_answer(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    if isinstance(value, dict):
        return all(isinstance(item, list) and _is_answer(item) for item in value.values())
    return isinstance(value, str | int | float)


def with_secrets(answers: Answers, plan: Answers) -> Answers:
    """The answers with the passwords that their halb.toml has: a draft holds none.

    Only where both are about the same VIP, and so about the same virtual router.
    """
    vip = KeyPath("vip", 0, "address")
    if not answers[vip] or answers[vip] != plan[vip]:
        return answers
    for place in plan:
        if key_at(place).secret and not answers[place]:
            answers = answers.put(place, plan[place])
    return answers
