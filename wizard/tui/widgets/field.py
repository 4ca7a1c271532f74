"""One question: its label, the answer, and below it the help or the fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from rules.plan import key_at
from rules.report import printable
from wizard.questions import steps
from wizard.questions.answers import Place
from wizard.questions.known.mending import unmendable
from wizard.questions.reading.machine_lists import is_list

_GAP = "  "  # between two choices
_MORE = "… "  # where there is no room for more


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
    """One of a few answers, all in a line: left, right and space step through them, and a click chooses one.

    `value` "" stands for the `usual` one: nothing has been chosen yet. Where that is "" too, nobody can guess it, and
    none of them is marked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "previous", show=False, id="choice.previous"),
        Binding("right,space", "turn(1)", "next", show=False, id="choice.next"),
    ]
    value: reactive[str] = reactive("")
    usual: reactive[str] = reactive("")
    _first = 0  # of the cells that are shown

    class Changed(Message):
        """The choice has changed."""

    def __init__(self, question: steps.Field, value: str) -> None:
        super().__init__()
        self._question = question
        self.choices = question.choices
        self.set_reactive(ChoiceEntry.value, value)
        self.set_reactive(ChoiceEntry.usual, question.choices[0])

    @property
    def chosen(self) -> str:
        """The choice that counts: the one that was made, else the usual one; "" if it is open."""
        return self.value or self.usual

    def _cells(self) -> list[tuple[str, str]]:
        """Each choice with what is shown for it; a wrong answer is one more, in front."""
        shown = self.choices if self.chosen in (*self.choices, "") else (self.chosen, *self.choices)
        words = [(choice, printable(self._question.worded(choice))) for choice in shown]
        return [(choice, f"({word})" if choice == self.chosen else word) for choice, word in words]

    def render(self) -> Content:
        """All of them, the chosen one between brackets; where there is no room for all, what is around it."""
        cells, room = self._cells(), max(self.size.width, 1)
        at = next((number for number, (choice, _) in enumerate(cells) if choice == self.chosen), 0)
        first, end = 0, len(cells)
        while _width(cells[first:end]) + _cut(first, end, cells) > room and (first < at or end > at + 1):
            first, end = (first, end - 1) if end > at + 1 else (first + 1, end)
        self._first = first
        parts = [(words, "bold" if choice == self.chosen else "$text-muted") for choice, words in cells[first:end]]
        shown = Content(_GAP).join(Content.styled(*part) for part in parts)
        return Content.assemble(_MORE if first else "", shown, f" {_MORE}" if end < len(cells) else "")

    def action_turn(self, by: int) -> None:
        """Choose the next (1) or the previous (-1) one, and around."""
        beside = -1 if by > 0 else len(self.choices)
        at = self.choices.index(self.chosen) if self.chosen in self.choices else beside
        self._choose(self.choices[(at + by) % len(self.choices)])

    def _choose(self, choice: str) -> None:
        self.value = choice
        self.post_message(self.Changed())

    def on_click(self, event: events.Click) -> None:
        """Choose the one that was clicked; beside them all, the next one."""
        at = event.x - (len(_MORE) if self._first else 0)
        for choice, words in self._cells()[self._first :]:
            if at < len(words):
                if choice in self.choices and at >= 0:
                    self._choose(choice)
                return
            at -= len(words) + len(_GAP)
        self.action_turn(1)


def _width(cells: Sequence[tuple[str, str]]) -> int:
    """The columns of these choices side by side."""
    return len(_GAP.join(words for _, words in cells))


def _cut(first: int, end: int, cells: Sequence[object]) -> int:
    """The columns of what says that there are more choices on either side."""
    return len(_MORE) * (first > 0) + (len(_MORE) + 1) * (end < len(cells))


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
        self.proposal = ""
        self._remark = ""
        self._bare = bare
        self._answer: Entry | ChoiceEntry = (
            ChoiceEntry(question, text) if question.choices else Entry(text, secret=question.secret)
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
    def is_open(self) -> bool:
        """Whether it is a choice that has to be made, and is not."""
        return isinstance(self._answer, ChoiceEntry) and not self._answer.chosen

    @property
    def text(self) -> str:
        """The answer as typed, without spaces around it."""
        return self._answer.value.strip()

    @text.setter
    def text(self, text: str) -> None:
        self._answer.value = text
        if isinstance(self._answer, Entry):
            self._answer.cursor_position = len(text)
        else:
            self._changed()

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
        """Show in an empty field what a machine before suggests; an example if the text is empty."""
        self.suggestion = text
        if isinstance(self._answer, Entry):
            example = printable(self.question.example)
            self._answer.placeholder = printable(text) or (f"e.g. {example}" if example else "")

    def show_example(self, text: str) -> None:
        """Have another example, in the empty field and in its help."""
        if text != self.question.example:
            self.question = self.question._replace(example=text)
            self.suggest(self.suggestion)

    def show_usual(self, text: str, *, needed: bool = False) -> None:
        """Show what the field stands for as long as it is empty; "" if that is not known, `needed`: to anybody."""
        if isinstance(self._answer, ChoiceEntry):
            self._answer.usual = text or ("" if needed else self.question.choices[0])
        else:
            self.suggest(f"default {text}" if text else "")

    def show_fault(self, words: str, proposal: str = "") -> None:
        """Show what is wrong with the answer, and what a key would write instead; "" for nothing."""
        if (words, proposal) != (self.fault, self.proposal):
            self.fault, self.proposal = words, proposal
            self._show()
            self.post_message(self.FaultChanged(self))

    def remark(self, words: str) -> None:
        """Show something about an answer that is not wrong, in place of the help; "" for nothing."""
        if words != self._remark:
            self._remark = words
            self._show()
            self.post_message(self.FaultChanged(self))

    @property
    def note(self) -> str:
        """What is wrong, and the key that puts it right; else the remark; "" for neither."""
        if self.fault:
            proposed = self.question.worded(self.proposal)
            does = "does it" if self.fault.rstrip("'").endswith(f" {proposed}") else f"writes {proposed}"
            does = "does it" if self.fault.endswith(f"'{proposed}'") else does
            return printable(f"✗ {self.fault} (F12 {does})" if self.proposal else f"✗ {self.fault}")
        return printable(self._remark)

    def _show(self) -> None:
        self.set_class(bool(self.fault), "-wrong")
        if not self._bare:
            self._note.update(self.note or self.question.help)

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
        if words := unmendable(self.place, self.text):
            self.show_fault(words)

    def _changed(self) -> None:
        if self.fault and not unmendable(self.place, self.text):
            self.show_fault("")
        self.remark("")
        self.post_message(self.Changed(self))


def field_around(widget: Widget | None) -> AnswerField | None:
    """The field that a widget is in, if it is in one."""
    if widget is None:
        return None
    return next((node for node in widget.ancestors_with_self if isinstance(node, AnswerField)), None)
