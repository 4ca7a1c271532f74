"""No module of the product needs, however indirectly, one that needs it: imports in functions and for types count."""

from __future__ import annotations

from tests.tools.import_graph import circles, folders, imports

KNOWN: tuple[frozenset[str], ...] = (
    frozenset(f"wizard.importer.haproxy.{name}" for name in ("health", "proxies", "servers")),
    frozenset(f"wizard.importer.keepalived.{name}" for name in ("tracking", "vrrp")),
    frozenset(f"wizard.plan.{name}" for name in ("clashes", "plan")),
)
"""The circles there still are; none may grow, and no other may come."""


def test_there_is_no_circle_but_the_known_ones() -> None:
    found = circles(imports())
    assert not [group for group in found if not any(known >= set(group) for known in KNOWN)]


def test_the_folders_of_the_terminal_interface_are_layers() -> None:
    below = folders(imports(), "wizard.tui")
    assert circles(below) == []
    assert "wizard.tui.dialogs" not in below["wizard.tui.widgets"]
    assert "wizard.tui.screens" not in below["wizard.tui.dialogs"]


def test_a_circle_is_found() -> None:
    graph = {"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("a"), "d": frozenset("a")}
    assert circles(graph) == [("a", "b", "c")]
