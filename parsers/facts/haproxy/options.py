"""The options of `server`, `default-server` and `bind` lines: names with their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TypeVar

from parsers.facts.values import Value
from parsers.grammar.common import read_int, read_time
from parsers.haproxy.lines import HaproxyLine
from parsers.keywords.haproxy import KeywordBlock, haproxy_table
from parsers.source import Span
from parsers.tree import Directive, Word

T = TypeVar("T")

# One option: name, argument ("" for a flag), start and end of the name, start and end of the argument (of the name
# for a flag), whether any of it is dynamic, whether the argument is missing. Offsets count from the first option. A
# plain tuple, because a large file has tens of thousands of them.
Part = tuple[str, str, int, int, int, int, bool, bool]
_Placed = tuple[str, int, int, bool]  # a word: its value, start and end, whether it is dynamic

# `source ADDR [usesrc ADDR] [interface NAME]` is one option with parts that look like options.
_SPECIAL_ARGS = {"source": 1, "usesrc": 1, "interface": 1}
_WORD = re.compile(r"[^ \t\v\f\r\n]++")


class Option(Value[str]):
    """One option of a line: `value` is its argument ("" for a flag), the span covers the argument (the name of a flag).

    `name_span` is the name alone, `full_span` name and argument together. `value` is None when the argument is
    missing or depends on something outside the file.
    """

    __slots__ = ("name", "name_end", "name_start")

    def __init__(
        self,
        name: tuple[str, int, int],
        value: str | None,
        raw: str,
        span: Span,
        line: Directive,
        certain: bool = True,
        origin: str | None = None,
    ) -> None:
        super().__init__(value, raw, span, line, certain, origin)
        self.name, self.name_start, self.name_end = name

    @property
    def name_span(self) -> Span:
        """The option's name."""
        return Span(self.span.source, self.name_start, self.name_end)

    @property
    def full_span(self) -> Span:
        """Name and argument."""
        return Span(self.span.source, self.name_start, max(self.name_end, self.span.end))

    def inherited(self, origin: str) -> Option:
        """The same option, marked as coming from `origin`."""
        name = (self.name, self.name_start, self.name_end)
        return Option(name, self.value, self.raw, self.span, self.directive, self.certain, origin)


@lru_cache(1)
def server_args() -> dict[str, int]:
    """Number of arguments of each server option."""
    return {**_args(haproxy_table().server_options), **_SPECIAL_ARGS}


@lru_cache(1)
def bind_args() -> dict[str, int]:
    """Number of arguments of each bind option."""
    return _args(haproxy_table().bind_options)


def _args(block: KeywordBlock) -> dict[str, int]:
    return {name: keyword.args or 0 for name, keyword in block.entries.items()}


# Flags that a second word takes back.
_OPPOSITES = {"disabled": "enabled", "enabled": "disabled", "stick": "non-stick", "non-stick": "stick"}


def opposite(name: str) -> str:
    """The option that takes `name` back: `no-check` for `check` and the other way round."""
    return _OPPOSITES.get(name) or (name[3:] if name.startswith("no-") else f"no-{name}")


class OptionSet:
    """The options of one server line by themselves, whatever line they are on.

    `parts` are the options in order; `words` the words they were written with; `unclear` is true when a placeholder
    may stand for any option; `last` has the last option of each name, None for a name that a later word takes back.
    """

    __slots__ = ("last", "parts", "unclear", "words")

    def __init__(self, words: Sequence[_Placed]) -> None:
        self.words = tuple(word[0] for word in words)
        self.parts = _parts(words, server_args())
        self.unclear = unclear(self.parts)
        self.last: dict[str, Part | None] = {}
        for part in self.parts:
            self.last[part[0]] = part
            self.last[opposite(part[0])] = None


@lru_cache(4096)
def option_set(text: str) -> OptionSet:
    """The options of the end of a server line that has no quotes, escapes and comments."""
    return OptionSet([(m[0], *m.span(), False) for m in _WORD.finditer(text)])


def option_set_of(words: Sequence[Word], base: int) -> OptionSet:
    """The options among the words of a server line; offsets count from `base`."""
    return OptionSet(_placed(words, base))


def parts_of_words(words: Sequence[Word], base: int, server: bool) -> tuple[Part, ...]:
    """The options among words; offsets count from `base`."""
    return _parts(_placed(words, base), server_args() if server else bind_args())


def _placed(words: Sequence[Word], base: int) -> list[_Placed]:
    return [(w.value, w.start - base, w.end - base, w.dynamic) for w in words]


def _parts(words: Iterable[_Placed], args: dict[str, int]) -> tuple[Part, ...]:
    parts: list[Part] = []
    pending: _Placed | None = None
    for word in words:
        text, start, end, dynamic = word
        if pending is not None:
            name, name_start, name_end, name_dynamic = pending
            parts.append((name, text, name_start, name_end, start, end, dynamic or name_dynamic, False))
            pending = None
        elif args.get(text, 0) or (text[-1:] == ")" and "(" in text):
            pending = word
        else:
            parts.append((text, "", start, end, start, end, dynamic, False))
    if pending is not None:
        name, start, end, dynamic = pending
        parts.append((name, "", start, end, start, end, dynamic, True))
    return tuple(parts)


def options_of(line: HaproxyLine, parts: Iterable[Part], base: int) -> dict[str, Option]:
    """The options by name, the last one of each name; `base` is the offset that the parts count from."""
    return {part[0]: option_of(line, part, base) for part in parts}


def option_of(line: HaproxyLine, part: Part, base: int) -> Option:
    """One option with its place in the file."""
    name, raw, name_start, name_end, start, end, dynamic, missing = part
    span = Span(line.source, base + start, base + end)
    value = None if missing or dynamic else raw
    certain = not dynamic and line.condition is None
    return Option((name, base + name_start, base + name_end), value, raw, span, line, certain)


def unclear(parts: Iterable[Part]) -> bool:
    """Whether a placeholder is where an option's name is wanted, so that it may be any option."""
    return any(part[6] and not part[1] for part in parts)


def as_int(option: Option | None) -> Value[int] | None:
    """The option's argument as a whole number."""
    return _as(option, read_int)


def as_seconds(option: Option | None) -> Value[float] | None:
    """The option's argument as a time in seconds (milliseconds when it has no unit)."""
    return _as(option, lambda text: read_time(text).seconds)


def _as(option: Option | None, read: Callable[[str], T | None]) -> Value[T] | None:
    if option is None:
        return None
    value = None if option.value is None else read(option.value)
    return Value(value, option.raw, option.span, option.directive, option.certain, option.origin)
