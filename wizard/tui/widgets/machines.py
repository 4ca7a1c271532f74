"""A list of machines: a row of fields for each; the last one is empty and means "go on"."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from rules.report.style import printable
from wizard.questions.answers import Answers, Place
from wizard.questions.session import places
from wizard.questions.steps import Step
from wizard.tui.widgets.field import Field

_SUGGESTED = {"name", "interface"}


def suggestion(place: Place, answers: Answers) -> str:
    """What the machine before lets one expect: its name with the next number, its interface; "" for nothing."""
    before = answers[place._replace(number=place.number - 1)] if place.number else ""
    if not before or place.key not in _SUGGESTED:
        return ""
    return before if place.key == "interface" else _next_name(before, _names(place.table, answers))


def _names(table: str, answers: Answers) -> set[str]:
    return {answers[Place(table, number, "name")] for number in range(answers.count(table))}


def _next_name(name: str, taken: set[str]) -> str:
    """The name with the number at the end of its first label counted up; `lb09` is followed by `lb10`."""
    match = re.fullmatch(r"([^.]*?)([0-9]{1,9})((?:\..*)?)", name, re.DOTALL)
    if match is None:
        return ""
    number = int(match[2])
    while True:
        number += 1
        following = f"{match[1]}{number:0{len(match[2])}d}{match[3]}"
        if following not in taken:
            return following


def accepted(step: Step, place: Place, answers: Answers) -> Answers:
    """The answers after Enter in a field: the row's empty fields up to it have what was suggested.

    A row that nobody needs and nobody has begun stays empty, and so does a field that was cleared in a row with
    answers behind it.
    """
    if not step.many or may_stay_empty(step, place, answers):
        return answers
    keys = [field.key for field in step.fields]
    before = keys[: keys.index(place.key)]
    if not any(answers[place._replace(key=key)] for key in keys[len(before) + 1 :]):
        before.append(place.key)
    elif not answers[place]:
        return answers
    for key in before:
        here = place._replace(key=key)
        if not answers[here] and (text := suggestion(here, answers)):
            answers = answers.put(here, text)
    return answers


def may_stay_empty(step: Step, place: Place, answers: Answers) -> bool:
    """Whether a machine's row is empty, and there are enough machines without it."""
    return row_is_empty(place, answers) and place not in places(step, Answers(), needed=True)


def row_is_empty(place: Place, answers: Answers) -> bool:
    """Whether a machine has no answer at all."""
    return not any(other.table == place.table and other.number == place.number for other in answers)


def compact(step: Step, answers: Answers) -> Answers:
    """The answers without the rows that were cleared: those behind them move up."""
    if step.many:
        table = step.fields[0].table
        for number in reversed(range(step.first, answers.count(table))):
            if row_is_empty(Place(table, number, ""), answers):
                answers = answers.without(table, number)
    return answers


class Remove(Static):
    """A click on it removes its row."""

    class Pressed(Message):
        """The row is to go."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, number: int) -> None:
        super().__init__("✕", markup=False)
        self._number = number
        self.tooltip = "remove this machine (F8)"

    def on_click(self, event: events.Click) -> None:
        """Ask for it."""
        event.stop()
        self.post_message(self.Pressed(self._number))


class Row(Vertical):
    """One machine: its number, its fields, and below them what is wrong with any."""

    def __init__(self, number: int, fields: Sequence[Field]) -> None:
        super().__init__()
        self.number = number
        self.fields = fields
        self._fault = Static(markup=False, classes="fault")

    def compose(self) -> ComposeResult:
        """The row and the line below."""
        with Horizontal():
            yield Static(str(self.number + 1), markup=False, classes="number")
            yield from self.fields
            yield Remove(self.number)
        yield self._fault

    def on_field_fault_changed(self) -> None:
        """Show the faults of all fields; they name no field, so the label does."""
        faults = [f"✗ {field.field.label}: {printable(field.fault)}" for field in self.fields if field.fault]
        self._fault.update("\n".join(faults))
        self._fault.set_class(bool(faults), "-shown")


class MachineList(Widget):
    """The rows of a step's machines. `sync` gives it as many rows as the answers have."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f8", "remove", "remove", show=False, id="machines.remove")]

    class Removed(Message):
        """The user wants a machine away."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, step: Step, answers: Answers) -> None:
        super().__init__()
        self.step = step
        self._first = answers
        self._hint = Static(markup=False, classes="hint")
        self._syncing = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """The labels as a heading, the rows, and the help of the field that has the focus."""
        with Horizontal(classes="heading"):
            yield Static("", classes="number")
            for field in self.step.fields:
                yield Static(field.label, markup=False, classes="cell")
        with Vertical(classes="rows"):
            yield from self._rows(places(self.step, self._first), self._first)
        yield self._hint

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Help with the field that has the focus now."""
        field = next((node for node in event.widget.ancestors_with_self if isinstance(node, Field)), None)
        if field is not None:
            self._help(field)

    def _help(self, field: Field) -> None:
        words = field.field.help
        if field.suggestion and not field.text:
            words += f"; Enter takes {printable(field.suggestion)}"
        self._hint.update(f"{words} · F8 removes the row")

    def fields(self) -> list[Field]:
        """All fields, row by row."""
        return list(self.query(Field))

    async def sync(self, answers: Answers, *, anew: bool = False) -> None:
        """Have the rows that the answers call for; with `anew` all of them are made again (machines have moved)."""
        async with self._syncing:
            wanted = places(self.step, answers)
            numbers = sorted({place.number for place in wanted})
            rows = self.query_one(".rows")
            for row in self.query(Row):
                if anew or row.number not in numbers:
                    await row.remove()
            there = {row.number for row in self.query(Row)}
            await rows.mount_all(self._rows([place for place in wanted if place.number not in there], answers))
            for field in self.fields():
                field.suggest(suggestion(field.place, answers))

    def _rows(self, wanted: Iterable[Place], answers: Answers) -> list[Row]:
        by_key = {field.key: field for field in self.step.fields}
        return [
            Row(
                number,
                [
                    Field(place, by_key[place.key], answers[place], suggestion=suggestion(place, answers), bare=True)
                    for place in row
                ],
            )
            for number, row in groupby(wanted, key=lambda place: place.number)
        ]

    def action_remove(self) -> None:
        """Remove the row that has the focus."""
        focused = self.screen.focused
        row = next((node for node in focused.ancestors if isinstance(node, Row)), None) if focused else None
        if row is not None:
            self.post_message(self.Removed(row.number))

    def on_remove_pressed(self, event: Remove.Pressed) -> None:
        """Remove the row whose cross was clicked."""
        event.stop()
        self.post_message(self.Removed(event.number))
