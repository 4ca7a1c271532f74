"""Declaring the keys of halb.toml: a class for each table, a field for each key.

A `Record` is a frozen, typed view of complete values. Its fields are made by `key`, which says everything there is to
say about a key: where it stands, what it takes, what it is when nobody says it, and the words about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, Self, TypedDict, TypeVar, Unpack, dataclass_transform, overload

from parsers.records import NamedTuple
from rules.engine.secrets import HIDDEN
from rules.plan.types.readers import ValueType

T = TypeVar("T")

NEEDED: Any = object()
"""The default of a key that nobody can guess."""


class KnownValues(Protocol):
    """The values that are known, for those that follow from them. Names are written "vip.address".

    Raises LookupError for a value that is not known and does not follow from others.
    """

    def __call__(self, name: str) -> Any:
        """A value, given or by default, or None; in a list of machines that of the same machine."""

    def every(self, name: str) -> list[Any]:
        """The values that the machines of a list say, in their order."""

    def above(self, name: str) -> Any:
        """The value of the machine before this one; None for the first."""


class Key(NamedTuple):
    """One key of halb.toml: a `name` in a `table`.

    `type` reads, writes and describes the value; `what` is one line for people. `default` is the value where nobody
    says one (None: there is none), `usual` makes it of the other values, NEEDED has to be asked for; `needed_if` says
    when a key without a default is needed all the same. A `named` key must be in each of its tables. A `secret` is
    never shown. One that is not `in_files` can't be read from the files that are rendered of it. In halb.toml it stands
    `before` that key, else after those declared above it. `label`, `help`, `explain` and `examples` are what a form
    shows, and `choices` what it calls those values of which halb.toml has no telling word. `option` is what the command
    line takes instead: `--vip ADDR`.
    """

    table: str
    name: str
    type: ValueType[Any]
    what: str
    default: Any = NEEDED
    usual: Callable[[KnownValues], Any] | None = None
    needed_if: Callable[[KnownValues], Any] | None = None
    named: bool = False
    secret: bool = False
    in_files: bool = True
    before: str = ""
    label: str = ""
    help: str = ""
    explain: str = ""
    examples: tuple[str, ...] = ()
    choices: Mapping[str, str] = {}
    option: str = ""
    field: str = ""

    def read(self, value: Any) -> Any:
        """The value, as TOML has it, read; ValueError with the reason."""
        return self.type(value)

    @property
    def needed(self) -> bool:
        """Whether it has to be asked for, whatever the other values are."""
        return self.default is NEEDED and self.usual is None


class _Words(TypedDict, total=False):
    needed_if: Callable[[KnownValues], Any]
    named: bool
    secret: bool
    in_files: bool
    before: str
    label: str
    help: str
    explain: str
    examples: tuple[str, ...]
    choices: Mapping[str, str]
    option: str


@overload
def key(
    where: str,
    type_: ValueType[T],
    what: str,
    *,
    default: T,
    usual: Callable[[KnownValues], Any] = ...,
    **words: Unpack[_Words],
) -> T: ...
@overload
def key(
    where: str, type_: ValueType[T], what: str, *, usual: Callable[[KnownValues], Any] = ..., **words: Unpack[_Words]
) -> T: ...
def key(
    where: str,
    type_: ValueType[Any],
    what: str,
    *,
    default: Any = NEEDED,
    usual: Callable[[KnownValues], Any] | None = None,
    **words: Unpack[_Words],
) -> Any:
    """Declare the key `where` ("vip.address") of halb.toml as a field; the arguments are those of `Key`."""
    table, _, name = where.partition(".")
    words = {**words, "label": words.get("label") or name.replace("_", " ").replace("-", " ").capitalize()}
    return Key(table, name, type_, what, default, usual, **words)


class _Part(NamedTuple):
    """A field that is a table of its own, or the list of the machines of one."""

    record: type[Record]
    many: bool
    default: Any = NEEDED


@overload
def part(record: type[T], *, default: T) -> T: ...
@overload
def part(record: type[T]) -> T: ...
def part(record: Any, *, default: Any = NEEDED) -> Any:
    """Declare the field of a table."""
    return _Part(record, many=False, default=default)


def rows(record: type[T]) -> tuple[T, ...]:
    """Declare the field of a list of machines."""
    declared: Any = _Part(record, many=True)  # type: ignore[arg-type]
    return declared  # type: ignore[no-any-return]


def aside(*, default: T) -> T:
    """Declare a field that is not a key, and that two equal records may differ in."""
    declared: Any = _Aside(default)
    return declared  # type: ignore[no-any-return]


class _Aside(NamedTuple):
    default: Any


@dataclass_transform(frozen_default=True, field_specifiers=(key, part, rows, aside))
class Record:
    """A frozen set of named values, made from the declarations of its subclass."""

    _fields: ClassVar[tuple[str, ...]] = ()
    keys: ClassVar[Mapping[str, Key]] = {}
    """The keys by their fields."""
    parts: ClassVar[Mapping[str, _Part]] = {}
    """The tables inside, by their fields."""
    _defaults: ClassVar[Mapping[str, Any]] = {}
    _asides: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        declared = {name: value for name, value in vars(cls).items() if isinstance(value, Key | _Part | _Aside)}
        cls._fields = tuple(declared)
        cls.keys = {name: item._replace(field=name) for name, item in declared.items() if isinstance(item, Key)}
        cls.parts = {name: item for name, item in declared.items() if isinstance(item, _Part)}
        cls._asides = frozenset(name for name, item in declared.items() if isinstance(item, _Aside))
        cls._defaults = {name: item.default for name, item in declared.items() if item.default is not NEEDED}
        for name in declared:
            delattr(cls, name)

    def __init__(self, *values: Any, **named: Any) -> None:
        given = dict(zip(self._fields, values, strict=False)) | named
        if len(given) != len(values) + len(named) or not given.keys() <= set(self._fields):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self._fields)}, each once")
        for name in self._fields:
            try:
                object.__setattr__(self, name, given[name] if name in given else self._defaults[name])
            except KeyError:
                raise TypeError(f"{type(self).__name__} needs a value for '{name}'") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"'{name}' can't be set: {type(self).__name__} is frozen; use _replace")

    def _asdict(self) -> dict[str, Any]:
        """The values by field."""
        return {name: getattr(self, name) for name in self._fields}

    def _replace(self, **changes: Any) -> Self:
        """The same record with other values."""
        return type(self)(**{**self._asdict(), **changes})

    def _compared(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self._fields if name not in self._asides)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def __repr__(self) -> str:
        secrets = {name for name, item in self.keys.items() if item.secret and getattr(self, name) is not None}
        shown = (f"{name}={HIDDEN if name in secrets else repr(getattr(self, name))}" for name in self._fields)
        return f"{type(self).__name__}({', '.join(shown)})"
