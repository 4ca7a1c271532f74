"""Which screen belongs to which step, and which step comes before and after another."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from textual.screen import Screen

from wizard.questions.answers import Place
from wizard.questions.steps import steps


def neighbour(key: str, by: int) -> str | None:
    """The key of the step before (-1) or after (1) another; None where there is none."""
    keys = [step.key for step in steps() if not step.aside or step.key == key]
    at = keys.index(key) + by if key in keys else -1
    return keys[at] if 0 <= at < len(keys) else None


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
