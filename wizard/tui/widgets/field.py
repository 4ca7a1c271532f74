"""One question: its label, the answer, and below it the help or the fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from rules.plan import key_at, text_of, value_at, written
from rules.report import printable
from wizard.questions import steps
from wizard.questions.answers import Place, fault
from wizard.questions.reading.machine_lists import is_list

if TYPE_CHECKING:
    from wizard.plan.plan import Plan


class Entry(Input):
    """A typed answer, in one line."""

    def __init__(self, text: str, *, secret: bool) -> None:
        super().__init__(text, compact=True, password=secret, select_on_focus=False)

    class Listed(Message):
        """Several lines were pasted, or words that stand for several machines: none of them is in the field yet."""

        def __init__(self, entry: Entry, lines: Sequence[str]) -> None:
            super().__init__()
            self.entry = entry
            self.lines = lines

    def on_paste(self, event: events.Paste) -> None:
        """Take a line without the blanks around it; Textual would take the first of several, and drop the others."""
        event.stop()
        event.prevent_default()
        lines = [line.strip() for line in event.text.splitlines() if line.strip()]
        field = field_around(self)
        if len(lines) > 1 or (lines and field is not None and is_list(field.place, lines[0])):
            self.post_message(self.Listed(self, lines))
        elif lines:
            self.replace(lines[0], *self.selection)


class ChoiceEntry(Widget, can_focus=True):
    """One of a few answers: left, right and space step through them, and so does a click on either side.

    `value` "" stands for the first one: nothing has been chosen yet.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "previous", show=False, id="choice.previous"),
        Binding("right,space", "turn(1)", "next", show=False, id="choice.next"),
    ]
    value: reactive[str] = reactive("")

    class Changed(Message):
        """The choice has changed."""

    def __init__(self, choices: tuple[str, ...], value: str) -> None:
        super().__init__()
        self.choices = choices
        self.set_reactive(ChoiceEntry.value, value)

    def render(self) -> Content:
        """The chosen one, between brackets that lead to the others."""
        shown = printable(self.value or self.choices[0])
        usual = Content.styled("  (default)", "$text-muted") if shown == self.choices[0] else Content("")
        return Content.assemble("‹ ", (shown, "bold"), " ›", usual)

    def action_turn(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) one, and around."""
        known = (self.value or self.choices[0]) in self.choices
        at = self.choices.index(self.value or self.choices[0]) if known else -1
        self.value = self.choices[(at + by) % len(self.choices)]
        self.post_message(self.Changed())

    def on_click(self, event: events.Click) -> None:
        """The left bracket goes back, everything else forward."""
        self.action_turn(-1 if event.x < 2 else 1)


def default_of(place: Place, plan: Plan | None) -> str:
    """What the plan has for an empty field; "" if there is no plan yet, or no such key."""
    if plan is None:
        return ""
    value = value_at(place, plan)
    return "" if value is None else f"{text_of(written(value))}  (default)"


class AnswerField(Widget):
    """One question; `place` is where its answer belongs. `bare`: the answer alone, as a cell of a list.

    Faults are shown when the field is left, and when the answers have been judged (`show_fault`).
    """

    class Changed(Message):
        """The answer has changed."""

        def __init__(self, field: AnswerField) -> None:
            super().__init__()
            self.field = field

    class FaultChanged(Message):
        """The fault of the answer has changed; "" if there is none."""

        def __init__(self, field: AnswerField) -> None:
            super().__init__()
            self.field = field

    def __init__(
        self, place: Place, question: steps.Field, text: str, *, suggestion: str = "", bare: bool = False
    ) -> None:
        super().__init__(classes="-bare" if bare else "")
        self.place = place
        self.question = question
        self.fault = ""
        self._bare = bare
        self._answer: Entry | ChoiceEntry = (
            ChoiceEntry(question.choices, text) if question.choices else Entry(text, secret=question.secret)
        )
        self.suggestion = ""
        self.suggest(suggestion)
        self._note = Static(markup=False, classes="note")

    def compose(self) -> ComposeResult:
        """The label and the answer side by side, the note below."""
        if self._bare:
            yield self._answer
            return
        with Horizontal():
            yield Static(self.question.label, markup=False, classes="label")
            yield self._answer
        self._show()
        yield self._note

    @property
    def answer(self) -> Entry | ChoiceEntry:
        """The part that gets the focus."""
        return self._answer

    @property
    def text(self) -> str:
        """The answer as typed, without spaces around it."""
        return self._answer.value.strip()

    @text.setter
    def text(self, text: str) -> None:
        self._answer.value = text
        if isinstance(self._answer, Entry):
            self._answer.cursor_position = len(text)

    def answer_lines(self, lines: Sequence[str]) -> None:
        """Take pasted lines: a list of words gets all of them; else it is the first, and the user is told."""
        entry = self._answer
        if not isinstance(entry, Entry):
            return
        if key_at(self.place).type.schema["type"] == "array":
            entry.replace(", ".join(line.strip(" ,") for line in lines), *entry.selection)
            return
        entry.replace(lines[0], *entry.selection)
        words = f"one line belongs here: the first of {len(lines)} was pasted, the others were left out"
        self.notify(words, severity="warning", timeout=15, markup=False)

    def suggest(self, text: str) -> None:
        """Show in an empty field what it stands for; an example if the text is empty."""
        self.suggestion = text
        if isinstance(self._answer, Entry):
            self._answer.placeholder = printable(text) or f"e.g. {self.question.example}"

    def show_fault(self, words: str) -> None:
        """Show what is wrong with the answer; "" for nothing."""
        if words != self.fault:
            self.fault = words
            self._show()
            self.post_message(self.FaultChanged(self))

    def _show(self) -> None:
        self.set_class(bool(self.fault), "-wrong")
        if not self._bare:
            self._note.update(f"✗ {printable(self.fault)}" if self.fault else self.question.help)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The answer has been typed."""
        event.stop()
        self._changed()

    def on_choice_entry_changed(self, event: ChoiceEntry.Changed) -> None:
        """The answer has been chosen."""
        event.stop()
        self._changed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter belongs to the screen."""
        event.stop()

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        """The field has the focus: its label shows it too."""
        self.add_class("-focused")

    def on_descendant_blur(self, _event: events.DescendantBlur) -> None:
        """The field is left: show what is wrong with its answer."""
        self.remove_class("-focused")
        if words := fault(self.place, self.text):
            self.show_fault(words)

    def _changed(self) -> None:
        if self.fault and not fault(self.place, self.text):
            self.show_fault("")
        self.post_message(self.Changed(self))


def field_around(widget: Widget | None) -> AnswerField | None:
    """The field that a widget is in, if it is in one."""
    if widget is None:
        return None
    return next((node for node in widget.ancestors_with_self if isinstance(node, AnswerField)), None)
