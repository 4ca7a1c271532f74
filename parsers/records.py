"""`NamedTuple` and `cached_property` as the standard library has them, but quicker.

`typing.NamedTuple` compiles the annotation of every field, and `collections.namedtuple` a function for every class:
that is nearly all of what such a class costs, and halb-lint has some forty of them before it has read its first file
(`make bench`, G1). Nothing but mypy looks at these annotations, and functions that differ in the names of their
parameters alone can be copied. `functools.cached_property` takes a lock for each value before Python 3.12.
"""

from __future__ import annotations

import sys

__all__ = ["NamedTuple", "cached_property"]

TYPE_CHECKING = False
if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property
else:

    class cached_property:  # noqa: N801 - as it is called there
        """A property whose value is kept once it was asked for."""

        def __init__(self, function):
            self._function = function
            self.__doc__ = function.__doc__

        def __set_name__(self, owner, name):
            self._name = name

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._function(instance)
            return value


if TYPE_CHECKING or sys.version_info >= (3, 14):  # annotations are lazy there
    from typing import NamedTuple
else:
    from collections import _tuplegetter, namedtuple
    from types import FunctionType

    _OWN = frozenset(("__classcell__", "__dict__", "__module__", "__weakref__"))
    _new = tuple.__new__
    # What makes a tuple of so many fields: a class gets a copy with the names of its own.
    _MAKERS = (
        lambda cls: _new(cls, ()),
        lambda cls, a: _new(cls, (a,)),
        lambda cls, a, b: _new(cls, (a, b)),
        lambda cls, a, b, c: _new(cls, (a, b, c)),
        lambda cls, a, b, c, d: _new(cls, (a, b, c, d)),
        lambda cls, a, b, c, d, e: _new(cls, (a, b, c, d, e)),
        lambda cls, a, b, c, d, e, f: _new(cls, (a, b, c, d, e, f)),
        lambda cls, a, b, c, d, e, f, g: _new(cls, (a, b, c, d, e, f, g)),
        lambda cls, a, b, c, d, e, f, g, h: _new(cls, (a, b, c, d, e, f, g, h)),
    )

    class _Record(tuple):
        """What named tuples have in common: nothing of it knows more than `_fields`."""

        __slots__ = ()

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(map('{}={!r}'.format, self._fields, self))})"

        def __getnewargs__(self):
            return tuple(self)

        @classmethod
        def _make(cls, values):
            made = _new(cls, values)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **changes):
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"Got unexpected field names: {list(changes)!r}")
            return made

        __replace__ = _replace  # what `copy.replace` asks for

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

    def _made(name, fields, defaults, module):
        if len(fields) >= len(_MAKERS):
            return namedtuple(name, fields, defaults=list(defaults.values()), module=module)
        code = _MAKERS[len(fields)].__code__
        own = code.replace(co_name="__new__", co_qualname=f"{name}.__new__", co_varnames=("_cls", *fields))
        getters = {field: _tuplegetter(at, "") for at, field in enumerate(fields)}
        return type(
            name,
            (_Record,),
            {
                "__slots__": (),
                "__doc__": f"{name}({', '.join(fields)})",
                "__module__": module,
                "__new__": FunctionType(own, globals(), "__new__", tuple(defaults.values())),
                "__match_args__": fields,
                "_fields": fields,
                "_field_defaults": defaults,
                **getters,
            },
        )

    class _Defining(type):
        def __new__(mcs, name, bases, namespace):
            if not bases:
                return super().__new__(mcs, name, bases, namespace)
            fields = tuple(namespace.get("__annotations__", ()))
            defaults = {field: namespace[field] for field in fields if field in namespace}
            made = _made(name, fields, defaults, namespace["__module__"])
            for key, value in namespace.items():
                if key not in fields and key not in _OWN:
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Defining):
        """The base of a class whose annotated fields become those of a named tuple."""
