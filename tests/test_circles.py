"""No module of the product needs, however indirectly, one that needs it: imports in functions and for types count."""

from __future__ import annotations

import pytest

from tests.tools.import_graph import circles, folders, imports

pytestmark = pytest.mark.slow


def test_there_is_no_circle() -> None:
    assert circles(imports()) == []


def test_the_folders_of_the_terminal_interface_are_layers() -> None:
    below = folders(imports(), "wizard.tui")
    assert circles(below) == []
    assert "wizard.tui.dialogs" not in below["wizard.tui.widgets"]
    assert "wizard.tui.screens" not in below["wizard.tui.dialogs"]


def test_a_circle_is_found() -> None:
    graph = {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("a"), "d": frozenset("a")}
    assert circles(graph) == [("a", "b", "c")]
