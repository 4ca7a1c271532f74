"""A list of machines: a row of fields for each; the last one is empty, for one more machine."""

from __future__ import annotations

import asyncio
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

from rules.report import printable
from rules.text import clipped, counted
from wizard.questions.answers import Answers, Place
from wizard.questions.reading.machine_lists import MachinesRead, is_list, read_machines
from wizard.questions.session import places
from wizard.questions.steps import Step
from wizard.tui.forms.examples import example
from wizard.tui.forms.machine_rows import may_stay_empty, suggestion
from wizard.tui.host import host_of
from wizard.tui.widgets.field import AnswerField


class RemoveButton(Static):
    """A click removes its row."""

    class Pressed(Message):
        """The row is to be removed."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, number: int) -> None:
        super().__init__("✕", markup=False)
        self._number = number
        self.tooltip = "remove this machine (F8)"

    def on_click(self, event: events.Click) -> None:
        """Ask for it to be removed."""
        event.stop()
        self.post_message(self.Pressed(self._number))


class MachineRow(Vertical):
    """One machine: its number, its fields, and below them what is wrong."""

    def __init__(self, number: int, fields: Sequence[AnswerField]) -> None:
        super().__init__()
        self.number = number
        self.fields = fields
        self._fault = Static(markup=False, classes="fault")

    def compose(self) -> ComposeResult:
        """The row and the line below."""
        with Horizontal():
            yield Static(str(self.number + 1), markup=False, classes="number")
            yield from self.fields
            yield RemoveButton(self.number)
        yield self._fault

    def on_answer_field_fault_changed(self) -> None:
        """Show the notes of all fields, with the labels of the fields, which they do not name."""
        faults = [_labelled(field) for field in self.fields if field.note]
        self._fault.update("\n".join(faults))
        self._fault.set_class(bool(faults), "-shown")
        self._fault.set_class(not any(field.fault for field in self.fields), "-remark")


def _labelled(field: AnswerField) -> str:
    """A field's note with its label: `✗ Address: ...`."""
    mark = "✗ " if field.fault else ""
    return f"{mark}{field.question.label}: {field.note.removeprefix(mark)}"


class MachineList(Widget):
    """The rows of a step's machines. `sync` makes as many rows as the answers have."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f8", "remove", "remove", show=False, id="machines.remove")]

    class Removed(Message):
        """The user removes a machine."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, step: Step, answers: Answers) -> None:
        super().__init__()
        self.step = step
        self._first = answers
        self.hint = Static(markup=False, classes="hint")
        self._unread = Static(markup=False, classes="unread")
        self._syncing = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """The labels as a heading, the rows, and the help of the field that has the focus."""
        with Horizontal(classes="heading"):
            yield Static("", classes="number")
            for field in self.step.fields:
                yield Static(field.label, markup=False, classes="cell")
            yield Static("", classes="remove")
        with Vertical(classes="rows"):
            yield from self._rows(places(self.step, self._first), self._first)
        yield self.hint
        yield self._unread

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Help with the field that has the focus now."""
        field = next((node for node in event.widget.ancestors_with_self if isinstance(node, AnswerField)), None)
        if field is not None:
            self._help(field)

    def _help(self, field: AnswerField) -> None:
        words = field.question.help
        if is_list(field.place, field.text):
            count = len(read_machines(field.text, interfaces=field.place.table == "lb").machines)
            words = f"Enter makes {counted(count, 'row')} of it"
        elif may_stay_empty(self.step, field.place, host_of(self).session.answers):
            words = "one more, or a list: 192.0.2.1-3, lines of a hosts file · Enter: next step"
        else:
            if field.suggestion and not field.text:
                words += f"; Enter accepts {printable(field.suggestion)}"
            words += " · F8 removes the row"
        self.hint.update(words)

    def say_unread(self, read: MachinesRead, step: Step) -> None:
        """Say what of a pasted list is in no row of this step; "" hides what was said before."""
        lines = []
        if read.unread:
            lines.append(f"✗ not read: {', '.join(clipped(printable(word)) for word in read.unread)}")
        if step.last is not None and len(read.machines) > step.last - step.first:
            others = counted(len(read.machines) - (step.last - step.first), "machine")
            lines.append(f"{others} of the list: in the next step")
        self._unread.update("\n".join(lines))
        self._unread.display = bool(lines)

    def fields(self) -> list[AnswerField]:
        """All fields, row by row."""
        return list(self.query(AnswerField))

    async def sync(self, answers: Answers) -> None:
        """Have the rows that the answers call for; the texts in those that stay are the screen's."""
        async with self._syncing:
            wanted = places(self.step, answers)
            numbers = sorted({place.number for place in wanted})
            rows = self.query_one(".rows")
            for row in self.query(MachineRow):
                if row.number not in numbers:
                    await row.remove()
            there = {row.number for row in self.query(MachineRow)}
            await rows.mount_all(self._rows([place for place in wanted if place.number not in there], answers))
            for field in self.fields():
                field.show_example(example(field.place, field.question.example, answers))
                field.suggest(suggestion(field.place, answers))
                if field.answer.has_focus:
                    self._help(field)

    def _rows(self, wanted: Iterable[Place], answers: Answers) -> list[MachineRow]:
        questions = {field.key: field for field in self.step.fields}

        def field(place: Place) -> AnswerField:
            hint = suggestion(place, answers)
            question = questions[place.key]
            question = question._replace(example=example(place, question.example, answers))
            return AnswerField(place, question, answers[place], suggestion=hint, bare=True)

        machines = groupby(wanted, key=lambda place: place.number)
        return [MachineRow(number, [field(place) for place in row]) for number, row in machines]

    def action_remove(self) -> None:
        """Remove the row that has the focus."""
        focused = self.screen.focused
        row = next((node for node in focused.ancestors if isinstance(node, MachineRow)), None) if focused else None
        if row is not None:
            self.post_message(self.Removed(row.number))

    def on_remove_button_pressed(self, event: RemoveButton.Pressed) -> None:
        """Remove the row whose cross was clicked."""
        event.stop()
        self.post_message(self.Removed(event.number))
