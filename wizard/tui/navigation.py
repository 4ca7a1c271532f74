"""Which screen belongs to which step, and which step comes before and after another."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from textual.screen import Screen

from wizard.questions.answers import Place
from wizard.questions.steps import steps


def neighbour(key: str, by: int) -> str | None:
    """The key of the step before (-1) or after (1) another; None where there is none."""
    keys = [step.key for step in steps() if not step.aside or step.key == key]
    at = keys.index(key) + by if key in keys else -1
    return keys[at] if 0 <= at < len(keys) else None


class OpenedFrom(NamedTuple):
    """Where a page was opened: a step's key, "" for the start screen, and the field that had the focus."""

    step: str
    place: Place | None = None


class Trail:
    """The way back from pages that are no part of the way through the steps: each to where it was opened."""

    def __init__(self) -> None:
        self._origins: list[OpenedFrom] = []

    def follow(self, origin: OpenedFrom, key: str) -> None:
        """Note that the step `key` is opened at `origin`."""
        if key == origin.step:
            return
        if any(step.aside and step.key == key for step in steps()) or (key == "cutover" and not origin.step):
            self._origins.append(origin)
        else:
            self._origins.clear()

    def back(self) -> OpenedFrom | None:
        """Where the page that is shown was opened, once; None for a step on the way."""
        return self._origins.pop() if self._origins else None


def screen_of(key: str, place: Place | None = None) -> Screen[Any]:
    """A new screen for a step; `place` is the field that gets the focus.

    Steps without fields have a module of their own, with a class named after it. All are imported when they are first
    shown: what they need of the linter and of the network would make the first paint late.
    """
    step = next(step for step in steps() if step.key == key)
    if step.fields:
        from wizard.tui.screens.step import StepScreen

        return StepScreen(step, place)
    module = import_module(f"wizard.tui.screens.{key}")
    screen: Screen[Any] = getattr(module, f"{key.capitalize()}Screen")()
    return screen
