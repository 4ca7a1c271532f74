"""The bar of steps: what is done, the current step, what is to come. A click goes to a step."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from wizard.questions.session import Judgement, step_of
from wizard.questions.steps import Step, steps

_STYLES = {"✓": "$text-success", "●": "bold $text-primary", "✗": "bold $text-error", "○": "$text-muted"}


class BarItem(NamedTuple):
    """A step in the bar: its first column, and its end column (exclusive)."""

    step: Step
    symbol: str
    start: int
    end: int


def symbol(step: Step, current: str, done: AbstractSet[str], outcome: Judgement) -> str:
    """● the current step, ✗ one with a wrong answer, ✓ one that is done, ○ one that is open."""
    if step.key == current:
        return "●"
    if any(step_of(place) == step for place in outcome.faults):
        return "✗"
    missing = any(step_of(place) == step for place in outcome.missing)
    return "✓" if step.key in done and not missing else "○"


def items(current: str, done: AbstractSet[str], outcome: Judgement, width: int) -> list[BarItem]:
    """The bar's items; if there is no room for all, the last ones are left out, or the first ones when it has to be."""
    all_steps = [step for step in steps() if not step.aside or step.key == current]
    while sum(len(step.name) + 3 for step in all_steps) > width and len(all_steps) > 1:
        all_steps.pop(0 if all_steps[-1].key == current else -1)
    found, start = [], 0
    for step in all_steps:
        end = start + len(step.name) + 3
        found.append(BarItem(step, symbol(step, current, done, outcome), start, end))
        start = end
    return found


class StepsBar(Widget):
    """The bar, one line."""

    class Chosen(Message):
        """A step was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, current: str, done: AbstractSet[str], outcome: Judgement) -> None:
        super().__init__()
        self._current = current
        self._done = frozenset(done)
        self._outcome = outcome

    def show(self, done: AbstractSet[str], outcome: Judgement) -> None:
        """Show what these answers amount to, and which steps are done."""
        self._done = frozenset(done)
        self._outcome = outcome
        self.refresh()

    def _items(self) -> list[BarItem]:
        return items(self._current, self._done, self._outcome, self.size.width)

    def render(self) -> Content:
        """All steps in a line."""
        return Content.assemble(*((f" {item.symbol} {item.step.name}", _STYLES[item.symbol]) for item in self._items()))

    def on_click(self, event: events.Click) -> None:
        """Go to the step under the pointer."""
        for item in self._items():
            if item.start <= event.x < item.end:
                self.post_message(self.Chosen(item.step.key))
