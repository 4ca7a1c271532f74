"""The types of values of a TOML file, of whatever table: strings, numbers, words, lists.

A type is called with a value as TOML has it, and returns it read; what is wrong with it is the text of the ValueError.
A text that starts with a verb ("must be ...") continues from the name of the key, every other one stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from rules.plan.toml.write import value_text
from rules.text.suggestions import closest
from rules.text.wording import clipped, listed

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_VERBS = ("must ", "can't ")
_RELEASE = re.compile(r"[0-9]+\.[0-9]+(?:\.[0-9]+)?")
_TIME = re.compile(r"([0-9]{1,12})(us|ms|s|m|h|d)")
MICROSECONDS = {"us": 1, "ms": 1000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
"""haproxy's units of time."""
_LONGEST_TIME = (2**31 - 1) * 1000  # microseconds; haproxy keeps milliseconds in 31 bits: about 24.8 days


class MeantError(ValueError):
    """A wrong value of which it is known what was meant: `meant`, as one types it.

    `certain`: nothing else can have been meant, so that a form may put it right without asking. `more`: what the text
    says of other keys of the same table, as in a name with a port.
    """

    def __init__(self, text: str, meant: str, *, certain: bool = False, more: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.meant = meant
        self.certain = certain
        self.more: Mapping[str, str] = more or {}


class ValueType(Generic[T_co]):
    """One type of value. `schema` describes it as a JSON Schema (draft 2020-12) does."""

    __slots__ = ("_read", "schema")

    def __init__(self, read: Callable[[Any], T_co], schema: Mapping[str, Any]) -> None:
        self._read = read
        self.schema = schema

    def __call__(self, value: Any) -> T_co:
        """The value, as TOML has it, read; ValueError with the reason."""
        return self._read(value)

    @property
    def choices(self) -> tuple[str, ...]:
        """The only values there are, as they are typed; none where there are many."""
        if self.schema["type"] == "boolean":
            return ("true", "false")
        return tuple(self.schema.get("enum", ()))

    def typed(self, text: str) -> Any:
        """The value that TOML has for a typed text; ValueError with the words of the check for a wrong one."""
        value = next((value for value in _readings(self.schema["type"], text) if self._takes(value)), None)
        if value is None:
            value = next(_readings(self.schema["type"], text))
            self(value)
            raise ValueError(f"can't be {shown(text)}")
        return value

    def _takes(self, value: Any) -> bool:
        try:
            self(value)
        except ValueError:
            return False
        return True


def value_type(schema: Mapping[str, Any]) -> Callable[[Callable[[Any], T]], ValueType[T]]:
    """Make the function that reads a value the type of it."""

    def made(read: Callable[[Any], T]) -> ValueType[T]:
        return ValueType(read, schema)

    return made


def written(value: Any) -> Any:
    """A value as TOML has it: the opposite of reading it."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [written(item) for item in value]
    return str(value)


def text_of(value: Any) -> str:
    """A value, as TOML has it, as one types it in a form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(value) if value and all(map(_is_plain, value)) else value_text(value)
    if isinstance(value, dict):
        lists = {name: [item] if isinstance(item, str) else item for name, item in value.items()}
        plain = all(_is_plain(name) and item and all(map(_is_plain, item)) for name, item in lists.items())
        pairs = (f"{name} = {', '.join(item)}" for name, item in lists.items()) if plain else ()
        return "; ".join(pairs) or value_text(value)
    return str(value)


def _is_plain(word: str) -> bool:
    """Whether a word of a list can be typed without quotes."""
    return bool(word) and word == word.strip() and not re.search(r"""[,;=\[\]{}"']""", word) and word.isprintable()


def _readings(type_: str, text: str) -> Iterator[Any]:
    """What a typed text can mean for a type of value, the likeliest first."""
    if type_ in ("array", "object") and text.startswith(("[", "{")):
        yield _from_toml(text)
    elif type_ == "array":
        yield _words(text)
    elif type_ == "object":
        pairs = [part.partition("=") for part in text.split(";") if part.strip()]
        yield {name.strip(): _words(value) for name, _, value in pairs}
        yield {name.strip(): value.strip() for name, _, value in pairs}
    elif type_ == "boolean" and text in ("true", "false"):
        yield text == "true"
    elif type_ in ("integer", "number"):
        for read in (int, float):
            try:
                yield read(text)
            except ValueError:
                continue
    yield text


def _from_toml(text: str) -> Any:
    """The value that a text is in TOML, or the text itself."""
    import tomllib

    try:
        found = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return found["value"] if len(found) == 1 else text


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def about(key: str, text: str) -> str:
    """The text of a ValueError of this module, said of `key`."""
    return f"{key} {text}" if text.startswith(_VERBS) else f"{key}: {text}"


def shown(value: object) -> str:
    """A value of a TOML file in a message: strings in quotes and printable, never long."""
    if isinstance(value, str):
        safe = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in value[:500])
        return f"'{clipped(safe)}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"  # Python refuses to print one of more than 4300
    return str(value)


def string(example: str) -> ValueType[str]:
    """Any text of one line that is not empty."""

    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f'must be a string, as in "{example}", not {shown(value)}')
        if not value.strip():
            raise ValueError(f'must not be empty; write "{example}" or the like')
        if not value.isprintable():
            raise ValueError(f"{shown(value)} has characters that can't be printed")
        return value

    return ValueType(read, {"type": "string", "minLength": 1})


def whole_number(low: int, high: int, why: str = "") -> ValueType[int]:
    """A whole number in a range, both ends included; `why` explains the range."""

    def read(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        text = f"must be a whole number from {low} to {high}, not {shown(value)}"
        if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) and low <= int(value) <= high:
            text += f"; write {int(value)} without quotes"
        elif why and isinstance(value, int) and not isinstance(value, bool):
            text += f"; {why}"
        raise ValueError(text)

    return ValueType(read, {"type": "integer", "minimum": low, "maximum": high})


@value_type({"type": "boolean"})
def yes_or_no(value: Any) -> bool:
    """`true` or `false`; nothing else stands for them."""
    if isinstance(value, bool):
        return value
    raise ValueError(f"must be true or false, without quotes, not {shown(value)}")


def one_of(words: Sequence[str]) -> ValueType[str]:
    """One of these words."""

    def read(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return str(value)
        otherwise = f"it takes {listed(words, 'or')}"
        if not isinstance(value, str):
            raise ValueError(f"can't be {shown(value)}; {otherwise}")
        near = closest(value, words)
        if not near:
            raise ValueError(f"can't be {shown(value)}; {otherwise}")
        text = f"can't be {shown(value)}; did you mean '{near}'?"
        raise MeantError(text, str(near), certain=value.lower() == near)

    return ValueType(read, {"type": "string", "enum": [str(word) for word in words]})


@value_type({"type": "string", "pattern": f"^{_RELEASE.pattern}$"})
def release(value: Any) -> str:
    """A release of haproxy or keepalived, such as "2.8" or "2.2.7"."""
    if isinstance(value, str) and _RELEASE.fullmatch(value):
        return value
    raise ValueError(f'must be a release such as "2.8", not {shown(value)}')


@value_type({"type": "string", "pattern": f"^{_TIME.pattern}$"})
def time(value: Any) -> str:
    """A time in haproxy's words, such as "5s" (configuration manual 2.5): a number and us, ms, s, m, h or d.

    haproxy takes a bare number for milliseconds; here the unit must be written.
    """
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        bare = shown(value).strip("'")
        text = f'must be a time with its unit, as in "5s" or "1h", not {shown(value)}'
        if re.fullmatch("[0-9]{1,9}", bare):
            # A long one without a unit is of the milliseconds that haproxy takes it for.
            raise MeantError(f'{text}; write "{bare}s" or "{bare}ms"', f"{bare}{'s' if len(bare) < 4 else 'ms'}")
        if isinstance(value, str) and _TIME.fullmatch(meant := "".join(value.lower().split())):
            raise MeantError(f'{text}; write "{meant}"', meant, certain=True)
        raise ValueError(text)
    length = int(match[1]) * MICROSECONDS[match[2]]
    if not length:
        raise ValueError(
            f'must not be {shown(value)}, which haproxy takes for no limit at all; write "1h" for a long one'
        )
    if length > _LONGEST_TIME:
        raise ValueError(f"must not be {shown(value)}; haproxy refuses more than 24 days")
    return match[0]


def strings(example: str) -> ValueType[tuple[str, ...]]:
    """A list of strings."""

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValueError(f"must be a list of strings, as in {example}")
        return tuple(value)

    return ValueType(read, {"type": "array", "items": {"type": "string"}})


@value_type({"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}})
def strings_by_glob(value: Any) -> Mapping[str, tuple[str, ...]]:
    """Lists of strings by a pattern of file names."""
    example = '{ "old/*" = ["KA", "XN002"] }'
    if not isinstance(value, dict):
        raise ValueError(f"must be a table, as in {example}, not {shown(value)}")
    for glob, item in value.items():
        if not isinstance(item, list) or not all(isinstance(word, str) for word in item):
            raise ValueError(f"{shown(glob)} must be a list of strings, as in {example}")
    return {glob: tuple(words) for glob, words in value.items()}


_SEVERITIES = ("error", "warning", "info")


@value_type({"type": "object", "additionalProperties": {"type": "string", "enum": list(_SEVERITIES)}})
def severities(value: Any) -> Mapping[str, str]:
    """Severities by the code, name or prefix of rules."""
    example = '{ KA012 = "info", HA = "error" }'
    if not isinstance(value, dict):
        raise ValueError(f"must be a table, as in {example}, not {shown(value)}")
    for rules, word in value.items():
        if word not in _SEVERITIES:
            if isinstance(word, list) and len(word) == 1:
                word = word[0]  # noqa: PLW2901 - typed in a form, where each value may be a list
            near = closest(word, _SEVERITIES) if isinstance(word, str) else ""
            more = f"; did you mean '{near}'?" if near else "; a rule is left out with ignore" if word == "off" else ""
            raise ValueError(f"{shown(rules)} must be {listed(_SEVERITIES, 'or')}, not {shown(word)}{more}")
    return dict(value)
