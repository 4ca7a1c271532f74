"""The form of one step: its fields, the live checks, the picture of the cluster, the findings in one line."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from rules.report import printable
from wizard.questions.answers import Answers, Place
from wizard.questions.known.derived import endpoint_of
from wizard.questions.known.mending import Mended, unmendable
from wizard.questions.known.notices import notices
from wizard.questions.session import field_at, places
from wizard.questions.steps import ADVANCED, Step
from wizard.tui.judging import AnswersJudged
from wizard.tui.machine_rows import accepted, compact, may_stay_empty
from wizard.tui.panes.aside import Aside, PlanPane
from wizard.tui.reading.preview import Preview
from wizard.tui.screens.base import WizardScreen
from wizard.tui.textual_private import KeysFooter
from wizard.tui.type_ahead import earlier_keys_handled
from wizard.tui.widgets.checks_line import ChecksLine
from wizard.tui.widgets.field import AnswerField, field_around
from wizard.tui.widgets.field_notes import fill, printable_lines
from wizard.tui.widgets.findings import StatusLine, status
from wizard.tui.widgets.machine_list import MachineList
from wizard.tui.widgets.steps_bar import StepsBar
from wizard.tui.widgets.topology import Topology
from wizard.tui.widgets.what_if import WhatIf

WIDE = 120  # columns from which the preview is beside the form
HIGH = 32  # lines from which there is room for the picture of the cluster and the table of failures
WITH_TABLE = "vrrp"  # the step whose answers decide what happens if something fails
_REQUIRED = "required; Ctrl+N continues without it"


class StepScreen(WizardScreen):
    """The form of `step`; `place` is the field that gets the focus first, else the first one."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority, and so in the app's own order of events: letters typed after it go to the next field.
        Binding("enter", "next_field", "next", id="step.next", priority=True, key_display="Enter"),
        Binding("up,shift+tab", "move_focus(-1)", "field above", show=False, id="step.above", priority=True),
        Binding("down,tab", "move_focus(1)", "field below", show=False, id="step.below", priority=True),
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
        self._told: tuple[Mended, ...] = ()

    def compose(self) -> ComposeResult:
        """Heading and bar on top, the form and the preview, the keys at the bottom."""
        session = self.session
        yield Static(id="heading", markup=False)
        yield StepsBar(self.step.key, session.visited, session.outcome)
        with Horizontal(id="middle"):
            with Vertical(id="form"):
                with VerticalScroll(id="body", can_focus=False, classes=self.step.key) as body:
                    body.border_title = Content(f" {self.step.title} ")
                    yield Static(self.step.intro, markup=False, classes="intro")
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
        for place in places(self.step, answers):
            yield AnswerField(place, field_at(self.step, place, answers), answers[place])

    def on_mount(self) -> None:
        """The first field, or the requested one, gets the focus; faults that are known are shown."""
        fields = self.fields()
        self._told, self.session.untold = tuple(self.session.untold), []
        self._focus(self._place or fields[0].place)
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

    # What changes

    async def on_answer_field_changed(self, message: AnswerField.Changed) -> None:
        """An answer has been typed or chosen."""
        field = message.field
        if not field.is_attached:
            return
        self.session.set_answer(field.place, field.text)
        if field.answer is not self.focused:
            self._put_right()
        await self._follow()

    async def _follow(self) -> None:
        answers = self.session.answers
        self.query_one(Topology).show(answers)
        if self.step.many:
            await self.query_one(MachineList).sync(answers)
        self._show_notes()
        self._show_heading()

    def on_answers_judged(self, message: AnswersJudged) -> None:
        """Show what the answers amount to."""
        self.query_one(StepsBar).show(message.outcome)
        self._show_notes()
        for preview in self.query(Preview):
            preview.show()
        for table in self.query(WhatIf):
            table.look()

    def on_draft_saved(self) -> None:
        """Say so."""
        self._show_heading()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Show the whole field; and in the table of failures, what the other choice for this answer would change."""
        field = field_around(event.widget)
        if field is not None:
            self.call_after_refresh(field.scroll_visible, animate=False)
            self._put_right()
        for table in self.query(WhatIf):
            if field is not None:
                table.compare(field.place)

    def _show_notes(self) -> None:
        """Show what is wrong, what follows, and how far it is."""
        session = self.session
        fill(self.fields(), session, usual=not self.step.many, keep=_REQUIRED)
        lines = notices(self.step, session.answers, session.outcome, self._told)
        notes = self.query_one("#notices", Static)
        notes.update(printable_lines(lines))
        notes.display = bool(lines)
        self.query_one("#status", Static).update(status(session, self.step))

    def _put_right(self, *, leaving: bool = False) -> tuple[Mended, ...]:
        """Put right the answers that were left; what is still being typed is not, unless the step is left."""
        left = {
            field.place: field
            for field in self.fields()
            if (leaving or field.answer is not self.focused) and field.text == self.session.answers[field.place]
        }
        mended = self.session.put_right(left)
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
        answers = self.session.answers
        endpoint = printable(endpoint_of(answers))
        left = f" halb  {endpoint}" if endpoint else " halb"
        note = self.session.draft_note
        room = max(self.app.size.width - len(note) - 1, 1)
        self.query_one("#heading", Static).update(f"{left[: room - 1]:<{room}}{note}")

    def take_answers(self) -> None:
        """Set all answers as they are in the fields: the message about the last key may still be on its way."""
        for field in self.fields():
            self.session.set_answer(field.place, field.text)
        self.session.untold += self._put_right(leaving=True)

    # Where the focus goes

    async def action_next_field(self) -> None:
        """Take the answer of the focused field, and go to the next field or step."""
        focused = self.focused
        field = field_around(focused)
        if focused is None or field is None:
            self._focus(self.fields()[0].place)
            return
        await earlier_keys_handled(focused)
        self._take(field)
        answers = self.session.answers
        following = self._following(field.place, answers)
        cleared = compact(self.step, answers)
        if self.step.many and cleared.count(field.place.table) != answers.count(field.place.table):
            self.session.replace_answers(cleared)
            await self._rebuild_rows(following or field.place)
        elif self.step.many:
            await self.query_one(MachineList).sync(answers)
        if following is not None:
            self._focus(following)
        elif wrong := self._first_wrong():
            self._focus(wrong)
        else:
            await self.host.action_next_step()

    async def action_move_focus(self, by: int) -> None:
        """Go to the widget after (1) or before (-1) a field; outside of fields the keys have their usual meaning."""
        if self.focused is None or field_around(self.focused) is None:
            raise SkipAction
        await earlier_keys_handled(self.focused)
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def _take(self, field: AnswerField) -> None:
        """Set the answer, and the suggestions that Enter accepts."""
        session = self.session
        session.set_answer(field.place, field.text)
        for place in (answers := accepted(self.step, field.place, session.answers)):
            if answers[place] != session.answers[place]:
                session.set_answer(place, answers[place])
                if other := self.field_at(place):
                    other.text = answers[place]
        if words := unmendable(field.place, field.text):
            field.show_fault(words)
        elif field.fault == _REQUIRED:
            field.show_fault("")

    def _following(self, place: Place, answers: Answers) -> Place | None:
        """The place after this one; None at the end, and in a last row that is left empty."""
        all_places = places(self.step, answers)
        rest = all_places[all_places.index(place) + 1 :] if place in all_places else ()
        first_of_row = place.key == self.step.fields[0].key
        if self.step.many and not first_of_row and may_stay_empty(self.step, place, answers):
            rest = tuple(other for other in rest if other.number != place.number)
        return next(iter(rest), None)

    def _first_wrong(self) -> Place | None:
        """The first field of this step that keeps the user from continuing; shows why beside it."""
        answers = self.session.answers
        needed = set(places(self.step, answers, needed=True))
        for field in self.fields():
            text = answers[field.place]
            if words := unmendable(field.place, text):
                field.show_fault(words)
                return field.place
            if not text and not field.question.optional and field.place in needed:
                field.show_fault(_REQUIRED)
                return field.place
        return None

    async def _rebuild_rows(self, place: Place) -> None:
        """Make all rows again, as machines have moved up; `place` gets the focus."""
        await self.query_one(MachineList).sync(self.session.answers, rebuild=True)
        self.query_one(Topology).show(self.session.answers)
        found = self.field_at(place) or self.fields()[-len(self.step.fields)]
        self._focus(found.place)

    async def on_machine_list_removed(self, message: MachineList.Removed) -> None:
        """Remove a machine; the one that takes its place gets the focus."""
        table = self.step.fields[0].table
        self.session.replace_answers(self.session.answers.without(table, message.number))
        await self._rebuild_rows(Place(table, message.number, self.step.fields[0].key))

    def on_steps_bar_chosen(self, message: StepsBar.Chosen) -> None:
        """Go to the step that was clicked."""
        self.app.call_later(self.host.go, message.key)

    def on_plan_pane_chosen(self, message: PlanPane.Chosen) -> None:
        """Go to the step whose answers were clicked."""
        self.app.call_later(self.host.go, message.line.key, message.line.place)

    def on_status_line_pressed(self) -> None:
        """Show the findings."""
        self.host.action_findings()
