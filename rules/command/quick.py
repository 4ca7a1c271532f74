"""What makes `halb-lint` start quickly. Nothing depends on it: without it everything is the same, some 6 ms later.

Only the console script calls it, in a process of its own (`make bench`, G1).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import ModuleType

_OURS = ("parsers.", "rules.")
_UNUSED = "pyparsing.testing"


def start_quickly() -> None:
    """Find our own modules by their names, and leave out what pyparsing has for the tests of other projects.

    argparse asks gettext for its words in other languages, which nobody has: that loads `locale`, and looks for files.
    """
    sys.meta_path.insert(0, _Finder())
    sys.modules.setdefault("gettext", _English("gettext"))


class _Finder:
    """Finds modules of our packages beside their package, without asking every finder and path of the interpreter."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module's file, or None: then the interpreter looks for it."""
        if path and name.startswith(_OURS):
            base = f"{path[0]}/{name.rpartition('.')[2]}"
            for file, folders in ((f"{base}.py", None), (f"{base}/__init__.py", [base])):
                if os.path.isfile(file):
                    loader = SourceFileLoader(name, file)
                    return spec_from_file_location(name, file, loader=loader, submodule_search_locations=folders)
        elif name == "pyparsing":
            found = PathFinder.find_spec(name, path)
            if found is not None and type(found.loader) is SourceFileLoader:
                found.loader = _WithoutTesting(name, found.loader.path)
            return found
        return None


class _WithoutTesting(SourceFileLoader):
    """Loads pyparsing without its helpers for unit tests, which import unittest: a twentieth of its time."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module; should a release use what was left out, then as usual."""
        sys.modules[_UNUSED] = _Nothing(_UNUSED)
        try:
            super().exec_module(module)
        except Exception:
            for name in [name for name in sys.modules if name.startswith("pyparsing.")]:
                del sys.modules[name]
            for name in [name for name in vars(module) if not name.startswith("__")]:
                delattr(module, name)
            super().exec_module(module)


class _English(ModuleType):
    """Stands for gettext where no words are translated; whoever asks for more gets the real one."""

    gettext = str

    @staticmethod
    def ngettext(one: str, many: str, number: int) -> str:
        """The form for a number."""
        return one if number == 1 else many

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get("gettext") is self:
            del sys.modules["gettext"]
        return getattr(import_module("gettext"), name)


class _Nothing(ModuleType):
    """Stands for a module that is imported and never used."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return self
