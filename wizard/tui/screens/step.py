"""The form of one step: its fields, the live checks, the picture of the cluster, the findings in one line."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from wizard.questions.answers import Answers, Place
from wizard.questions.known.mending import Mended, unmendable
from wizard.questions.known.notices import notices
from wizard.questions.reading.machine_lists import ListedMachine, read_machines
from wizard.questions.session import field_at, places
from wizard.questions.steps import ADVANCED, Step
from wizard.tui.forms.form import CHOOSE, REQUIRED, following, heading, hindrance
from wizard.tui.forms.machine_rows import entered, left, listed_in
from wizard.tui.judging import AnswersJudged
from wizard.tui.panes.aside import Aside, PlanPane
from wizard.tui.reading.preview import Preview
from wizard.tui.screens.base import WizardScreen
from wizard.tui.textual_private import KeysFooter
from wizard.tui.widgets.checks_line import ChecksLine
from wizard.tui.widgets.field import AnswerField, Entry, field_around
from wizard.tui.widgets.field_notes import fill, printable_lines
from wizard.tui.widgets.findings import StatusLine, status
from wizard.tui.widgets.form_body import FormBody
from wizard.tui.widgets.grouped_fields import GroupedFields
from wizard.tui.widgets.machine_list import MachineList
from wizard.tui.widgets.steps_bar import StepsBar
from wizard.tui.widgets.topology import Topology
from wizard.tui.widgets.what_if import WhatIf

WIDE = 120  # columns from which the preview is beside the form
HIGH = 32  # lines from which there is room for the picture of the cluster and the table of failures
WITH_TABLE = "vrrp"  # the step whose answers decide what happens if something fails


class StepScreen(WizardScreen):
    """The form of `step`; `place` is the field that gets the focus first, else the first one."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, as the footer shows a key that a field has as well only then.
        Binding("enter", "next_field", "next", id="step.next", priority=True, key_display="Enter"),
        Binding("up", "move_row(-1)", "row above", show=False, id="step.above", priority=True),
        Binding("down", "move_row(1)", "row below", show=False, id="step.below", priority=True),
        Binding("shift+tab", "move_focus(-1)", "field before", show=False, id="step.before", priority=True),
        Binding("tab", "move_focus(1)", "field after", show=False, id="step.after", priority=True),
        Binding("f5,ctrl+y", "ask", "ask again", show=False, id="step.ask"),
        Binding("f12,ctrl+@", "take_proposal", "write what is proposed", show=False, id="step.take"),
    ]

    def action_ask(self) -> None:
        """Ask the network again, and show every reply."""
        self.query_one(ChecksLine).open()

    def __init__(self, step: Step, place: Place | None = None) -> None:
        super().__init__()
        self.step = step
        self._place = place
        self._row: int | None = None  # of the list: the one that has the focus
        self._told: tuple[Mended, ...] = ()

    def compose(self) -> ComposeResult:
        """Heading and bar on top, the form and the preview, the keys at the bottom."""
        session = self.session
        yield Static(id="heading", markup=False)
        yield StepsBar(self.step.key, session.done, session.outcome)
        with Horizontal(id="middle"):
            with Vertical(id="form"):
                with FormBody(id="body", can_focus=False, classes=self.step.key) as body:
                    body.border_title = Content(f" {self.step.title} ")
                    yield Static(self.intro(self.step), markup=False, classes="intro")
                    yield from self._fields()
                yield Static(id="notices", markup=False)
                yield ChecksLine(self.step)
                yield Topology(session.answers)
                if self.step.key == WITH_TABLE:
                    yield WhatIf(id="what-if")
            if self.app.size.width >= WIDE:
                yield Aside(self.step.key)
        yield StatusLine(status(session, self.step), id="status")
        yield KeysFooter()

    def _fields(self) -> ComposeResult:
        answers = self.session.answers
        if self.step.many:
            yield MachineList(self.step, answers)
            return
        fields = [
            AnswerField(place, field_at(self.step, place, answers), answers[place])
            for place in places(self.step, answers)
        ]
        yield from [GroupedFields(self.step, fields)] if self.step.key == ADVANCED else fields

    def on_mount(self) -> None:
        """The first field, or the requested one, gets the focus; faults that are known are shown."""
        self._told, self.session.untold = tuple(self.session.untold), []
        if self._place is None or self.field_at(self._place) is None:  # a row that was left may be gone
            self._focus_first()
        else:
            self._focus(self._place)
        self._show_notes()
        self._show_heading()

    async def on_resize(self, _event: events.Resize) -> None:
        """Show what stands beside the form once there is room; the style sheet hides it again.

        With the table of failures, or many fields, the picture of the cluster needs a high screen.
        """
        crowded = self.step.key in (WITH_TABLE, ADVANCED)
        high = self.app.size.height >= HIGH
        self.query_one(Topology).display = (
            high and self.app.size.width < WIDE if crowded else not (high and self.app.size.width >= WIDE)
        )
        if self.app.size.width >= WIDE and not self.query(Aside):
            await self.query_one("#middle").mount(Aside(self.step.key))

    def fields(self) -> list[AnswerField]:
        """The fields in their order."""
        return list(self.query(AnswerField))

    def field_at(self, place: Place) -> AnswerField | None:
        """The field of an answer, if this step shows it."""
        return next((field for field in self.fields() if field.place == place), None)

    def _focus(self, place: Place) -> None:
        field = self.field_at(place)
        if field is not None:
            self.set_focus(field.answer)

    def _focus_first(self) -> None:
        """The first field; among many the line that finds one."""
        settings = self.query(GroupedFields)
        first = next(iter(self.fields()), None)
        self.set_focus(settings.first().finder if settings else first.answer if first else None)

    # What changes

    async def on_answer_field_changed(self, message: AnswerField.Changed) -> None:
        """An answer has been typed or chosen."""
        field = message.field
        if not field.is_attached:
            return
        self._set_typed()
        if field.answer is not self.focused:
            self._put_right()
        await self._follow()

    async def _follow(self) -> None:
        answers = self.session.answers
        self.query_one(Topology).show(answers)
        if self.step.many:
            await self.query_one(MachineList).sync(answers)
            self.call_after_refresh(self._show_focused)
        self._show_notes()
        self._show_heading()

    def on_answers_judged(self, message: AnswersJudged) -> None:
        """Show what the answers amount to; not every answer comes from a field (DNS tells an imported phase)."""
        self.query_one(StepsBar).show(self.session.done, message.outcome)
        self.query_one(".intro", Static).update(self.intro(self.step))
        self.query_one(Topology).show(self.session.answers)
        self._show_notes()
        for preview in self.query(Preview):
            preview.show()
        for table in self.query(WhatIf):
            table.look()

    def on_draft_saved(self) -> None:
        """Say so."""
        self._show_heading()

    async def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the whole field; and in the table of failures, what the other choice for this answer would change."""
        field = field_around(event.widget)
        if field is not None:
            self.call_after_refresh(self._show_focused)
            self.session.history.pause()
            self._put_right()
        for table in self.query(WhatIf):
            if field is not None:
                table.compare(field.place)
        if field is not None and self.step.many:
            await self._row_left(field.place.number)

    def on_form_body_resized(self) -> None:
        """Keep the field that has the focus in sight."""
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        """Scroll to the field that has the focus, and to its help if both have room."""
        field = field_around(self.focused)
        if field is None or not self.is_attached:
            return
        for machines in self.query(MachineList):
            machines.hint.scroll_visible(animate=False, immediate=True)
        field.scroll_visible(animate=False, immediate=True)

    async def _row_left(self, number: int) -> None:
        """Have the rows but this one, which gets the focus now, as they are once they were left."""
        before, self._row = self._row, number
        if before is not None and before != number:
            self._set_typed()
            await self._show_rows(left(self.step, self.session.answers, now=number))

    def _show_notes(self) -> None:
        """Show what is wrong, what follows, and how far it is."""
        session = self.session
        fill(self.fields(), session, usual=not self.step.many, keep=(REQUIRED, CHOOSE))
        lines = notices(self.step, session.answers, session.outcome, self._told)
        notes = self.query_one("#notices", Static)
        notes.update(printable_lines(lines))
        notes.display = bool(lines)
        self.query_one("#status", Static).update(status(session, self.step))

    def _put_right(self, *, leaving: bool = False) -> tuple[Mended, ...]:
        """Put right the answers that were left; what is still being typed is not, unless the step is left."""
        done = {
            field.place: field
            for field in self.fields()
            if (leaving or field.answer is not self.focused) and field.text == self.session.answers[field.place]
        }
        mended = self.session.put_right(done)
        for one in mended:
            for place in (one.place, *one.more):
                if field := self.field_at(place):
                    field.text = self.session.answers[place]
        return mended

    def action_take_proposal(self) -> None:
        """Write what is proposed for the focused field, else for the first one that has a proposal."""
        focused = field_around(self.focused)
        fields = ([focused] if focused else []) + self.fields()
        if field := next((field for field in fields if field.proposal), None):
            field.text = field.proposal
            self.set_focus(field.answer)

    def _show_heading(self) -> None:
        session = self.session
        line = heading(session.answers, session.draft_note, self.app.size.width)
        self.query_one("#heading", Static).update(line)

    def _set_typed(self) -> None:
        for field in self.fields():
            self.session.set_answer(field.place, field.text)

    def take_answers(self) -> None:
        """Set all answers as they are in the fields: the message about the last key may still be on its way."""
        self._set_typed()
        self.session.untold += self._put_right(leaving=True)

    def leave(self) -> None:
        """Set all answers, with what rows get when they are left."""
        self.take_answers()
        if (answers := left(self.step, self.session.answers)) != self.session.answers:
            self.session.replace_answers(answers)

    async def _show_rows(self, answers: Answers) -> None:
        """Set these answers, and have the rows that they call for, with their texts.

        Nothing is awaited before the texts are there: fields that change meanwhile would bring the old ones back.
        """
        if answers != self.session.answers:
            self.session.replace_answers(answers)
        for field in self.fields():
            if field.text != answers[field.place]:
                field.text = answers[field.place]
        self.query_one(Topology).show(answers)
        await self.query_one(MachineList).sync(answers)

    # Where the focus goes

    async def action_next_field(self) -> None:
        """Take the answer of the focused field, and go to the next field or step."""
        field = field_around(self.focused)
        if field is None:
            shown = next((field for field in self.fields() if field.display), None)
            self.set_focus(shown.answer if shown else None)
            return
        self._set_typed()
        if self.step.many:
            answers, onward = entered(self.step, field.place, self.session.answers)
            await self._show_rows(answers)
        else:
            onward = following(self.step, field.place, self.session.answers)
        if words := unmendable(field.place, field.text):
            field.show_fault(words)
        elif field.fault == REQUIRED:
            field.show_fault("")
        if field.is_open and self.step.aside:
            field.show_fault(CHOOSE)
        elif self.step.aside:
            self.focus_next()
        elif onward is not None:
            self._focus(onward)
        elif wrong := self._first_wrong():
            self._focus(wrong)
        else:
            await self.host.action_next_step()

    async def action_move_focus(self, by: int) -> None:
        """Go to the widget after (1) or before (-1) a field; outside of fields the keys have their usual meaning."""
        if field_around(self.focused) is None and not isinstance(self.focused, Input):
            raise SkipAction
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    async def action_move_row(self, by: int) -> None:
        """Go to the field below (1) or above (-1): in a list to the same one of the next machine."""
        field = field_around(self.focused)
        if field is None and not isinstance(self.focused, Input):
            raise SkipAction
        if field is None or not self.step.many:
            await self.action_move_focus(by)
            return
        self._set_typed()
        await self._show_rows(self.session.answers)  # a row that was begun has an empty one below
        self._focus(field.place._replace(number=field.place.number + by))

    def _first_wrong(self) -> Place | None:
        """The first field of this step that keeps the user from continuing; shows why beside it."""
        for field in self.fields():
            if words := hindrance(self.step, field.place, self.session.answers):
                field.show_fault(words)
                return field.place
        return None

    async def on_machine_list_removed(self, message: MachineList.Removed) -> None:
        """Remove a machine; the one that takes its place gets the focus."""
        self._set_typed()
        table = self.step.fields[0].table
        await self._show_rows(self.session.answers.without(table, message.number))
        last = max(field.place.number for field in self.fields())
        self._focus(Place(table, min(message.number, last), self.step.fields[0].key))
        self.notify("removed; Ctrl+Z brings it back")

    async def on_entry_listed(self, message: Entry.Listed) -> None:
        """Several lines were pasted into a field, or a list of machines."""
        field = field_around(message.entry)
        if field is None or not field.is_attached:
            return
        if not self.step.many or field.place.key not in ListedMachine._fields:
            field.answer_lines(message.lines)
            return
        self._set_typed()
        text = "\n".join(message.lines)
        answers, lacking = listed_in(self.step, field.place, self.session.answers, text)
        await self._show_rows(answers)
        self.query_one(MachineList).say_unread(read_machines(text, interfaces=field.place.table == "lb"), self.step)
        self._focus(lacking or field.place)

    def on_steps_bar_chosen(self, message: StepsBar.Chosen) -> None:
        """Go to the step that was clicked."""
        self.app.call_later(self.host.go, message.key)

    def on_plan_pane_chosen(self, message: PlanPane.Chosen) -> None:
        """Go to the step whose answers were clicked."""
        self.app.call_later(self.host.go, message.line.key, message.line.place)

    def on_status_line_pressed(self) -> None:
        """Show the findings."""
        self.host.action_findings()
