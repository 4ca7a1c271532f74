"""What is private in Textual is used in one file alone, and nothing of ours has the name of something private there."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from textual.dom import DOMNode
from textual.message_pump import MessagePump

import wizard.tui

SHIM = "wizard.tui.textual_private"
MODULES = [found.name for found in pkgutil.walk_packages(wizard.tui.__path__, "wizard.tui.") if not found.ispkg]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def tree_of(module: str) -> ast.Module:
    return ast.parse(Path(str(importlib.import_module(module).__file__)).read_text(encoding="utf-8"))


def own_names(tree: ast.Module) -> set[str]:
    """The private names that a module gives to its functions, classes, constants and attributes."""
    found = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    stored = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    found |= {node.attr for node in stored if isinstance(node.value, ast.Name) and node.value.id == "self"}
    return {name for name in found if is_private(name)}


DOCUMENTED = {"_replace", "_asdict", "_fields", "_exit"}
"""Public in spite of their names: those of named tuples, and `os._exit`."""


@pytest.mark.parametrize("module", [name for name in MODULES if name != SHIM])
def test_no_private_name_of_another_is_used(module: str) -> None:
    tree = tree_of(module)
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_private(node.attr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            used |= {alias.name for alias in node.names if is_private(alias.name)}
    assert used - own_names(tree) - DOCUMENTED == set()


@cache
def names_of(base: type) -> frozenset[str]:
    """The private names of a class of Textual, and those of its instances' attributes."""
    found = {name for name in vars(base) if is_private(name)}
    return frozenset(found | set(re.findall(r"self\.(_[a-z]\w*)", inspect.getsource(base))))


def textual_names(owner: type) -> set[str]:
    """The private names that Textual's part of a class has."""
    bases = (base for base in owner.__mro__ if base.__module__.startswith("textual."))
    return {name for base in bases for name in names_of(base)}


def owners() -> Iterator[type]:
    for module in MODULES:
        if module != SHIM:
            for owner in vars(importlib.import_module(module)).values():
                if isinstance(owner, type) and issubclass(owner, MessagePump) and owner.__module__ == module:
                    yield owner


@pytest.mark.parametrize("owner", list(owners()), ids=lambda owner: owner.__name__)
def test_no_class_hides_something_private_of_textual(owner: type) -> None:
    tree = ast.parse(inspect.getsource(owner))
    assert not own_names(tree) & textual_names(owner)


def test_the_check_sees_what_it_is_to_see() -> None:
    assert {"_bindings", "_fatal_error", "_exception"} & textual_names(DOMNode) == {"_bindings"}
    assert own_names(ast.parse("class A:\n def _f(self):\n  self._x = b._y")) == {"_f", "_x"}
