"""Our `NamedTuple` beside the standard library's: whatever is done with one has the same result with the other."""

from __future__ import annotations

import copy
import pickle
import typing
from collections.abc import Callable
from typing import Any

import pytest

from parsers import records


class Ours(records.NamedTuple):
    """A point."""

    x: int
    y: int = 2

    @property
    def both(self) -> int:
        """Of a field and another."""
        return self.x + self.y


class Theirs(typing.NamedTuple):
    """A point."""

    x: int
    y: int = 2

    @property
    def both(self) -> int:
        """Of a field and another."""
        return self.x + self.y


class OursWide(records.NamedTuple):
    a: int
    b: int = 1
    c: int = 2
    d: int = 3
    e: int = 4
    f: int = 5
    g: int = 6
    h: int = 7
    i: int = 8
    j: int = 9


class TheirsWide(typing.NamedTuple):
    a: int
    b: int = 1
    c: int = 2
    d: int = 3
    e: int = 4
    f: int = 5
    g: int = 6
    h: int = 7
    i: int = 8
    j: int = 9


class OursEmpty(records.NamedTuple):
    pass


class TheirsEmpty(typing.NamedTuple):
    pass


def _matched(kind: Any) -> object:
    match kind(5, 6):
        case kind(x, y):
            return x, y
    return None


DONE: list[Callable[[Any], object]] = [
    lambda kind: kind(),
    lambda kind: kind(1),
    lambda kind: kind(1, 2, 3),
    lambda kind: kind(x=1),
    lambda kind: kind(y=1),
    lambda kind: kind(1, z=1),
    lambda kind: repr(kind("a")),
    lambda kind: tuple(kind(3, 4)),
    lambda kind: kind(3).both,
    lambda kind: kind(3) == kind(3, 2) and hash(kind(3)) == hash(kind(3, 2)),
    lambda kind: kind(3) == (3, 2) and kind(3) < kind(4),
    lambda kind: kind(3)._replace(y=9),
    lambda kind: kind(3)._replace(z=9),
    lambda kind: kind._make([1, 2]),
    lambda kind: kind._make([1]),
    lambda kind: kind(3)._asdict(),
    lambda kind: kind._fields,
    lambda kind: kind._field_defaults,
    lambda kind: kind.__match_args__,
    lambda kind: kind.__doc__,
    lambda kind: set(kind.__annotations__),
    lambda kind: setattr(kind(3), "x", 4),
    lambda kind: setattr(kind(3), "w", 4),
    lambda kind: pickle.loads(pickle.dumps(kind(3))),
    lambda kind: copy.deepcopy(kind([1])),
    _matched,
]


def _result(kind: type, act: Callable[[Any], object]) -> str:
    try:
        return repr(act(kind)).replace(kind.__name__, "Kind")
    except (TypeError, ValueError, AttributeError) as error:
        return f"{type(error).__name__}: {error}".replace(kind.__name__, "Kind")


@pytest.mark.parametrize("act", DONE)
@pytest.mark.parametrize(("ours", "theirs"), [(Ours, Theirs), (OursWide, TheirsWide), (OursEmpty, TheirsEmpty)])
def test_it_does_what_the_standard_one_does(ours: type, theirs: type, act: Callable[[Any], object]) -> None:
    assert _result(ours, act) == _result(theirs, act)
