"""The faces of folders: the names that a folder has for its users, each loaded when it is asked for.

A face is a folder's `__init__`: with `if TYPE_CHECKING` it imports the names for type checkers, `__all__` lists them,
and `__getattr__ = lazily(__name__, {module: names})` finds them when the program runs. So `from rules.text import
listed` loads one module, and `import rules` none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def lazily(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """A `__getattr__` for a package; `names`: module below the package -> the names that it gives, with spaces."""
    places = {name: module for module, words in names.items() for name in words.split()}

    def find(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        value = getattr(import_module(f"{package}.{places[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return find
