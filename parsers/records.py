"""`NamedTuple` and `cached_property` as the standard library has them, but quicker.

`typing.NamedTuple` compiles the annotation of every field, which is more than half of what such a class costs, and
halb-lint has some forty of them before it has read its first file (`make bench`, G1). Nothing but mypy looks at these
annotations. `functools.cached_property` takes a lock for each value before Python 3.12.
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
    from collections import namedtuple

    _OWN = frozenset(("__classcell__", "__dict__", "__module__", "__weakref__"))

    class _Defining(type):
        def __new__(mcs, name, bases, namespace):
            if not bases:
                return super().__new__(mcs, name, bases, namespace)
            fields = namespace.get("__annotations__", {})
            defaults = [namespace[field] for field in fields if field in namespace]
            made = namedtuple(name, fields, defaults=defaults, module=namespace["__module__"])
            for key, value in namespace.items():
                if key not in fields and key not in _OWN:
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Defining):
        """The base of a class whose annotated fields become those of a named tuple."""
