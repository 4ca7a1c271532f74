"""Many fields, grouped by the tables of halb.toml, and a line on top that finds one of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from rules.plan import header
from rules.report import printable
from wizard.questions.answers import Place
from wizard.questions.steps import Field, Step, steps
from wizard.tui.widgets.field import AnswerField

_TITLES = {
    "cluster": "Cluster",
    "control_plane": "Control-plane nodes",
    "vip": "Virtual IP",
    "vrrp": "VRRP",
    "lb": "Load balancers",
    "haproxy": "HAProxy",
    "lint": "halb-lint",
}


class GroupedFields(Widget):
    """The fields of a step that has those of many tables. Each is one line; its help shows when it has the focus."""

    DEFAULT_CSS = """
    GroupedFields { height: auto; }
    GroupedFields Vertical { height: auto; }
    GroupedFields .group { color: $text-primary; text-style: bold; margin-top: 1; }
    GroupedFields #find { max-width: 100%; }
    GroupedFields #elsewhere { color: $text-muted; height: auto; margin-top: 1; display: none; }
    GroupedFields AnswerField .note { display: none; }
    GroupedFields AnswerField.-focused .note, GroupedFields AnswerField.-wrong .note { display: block; }
    """

    def __init__(self, step: Step, fields: list[AnswerField]) -> None:
        super().__init__()
        self._step = step
        self._asked = fields
        self._elsewhere = Static(markup=False, id="elsewhere")

    def compose(self) -> ComposeResult:
        """The line that finds, the groups with their titles."""
        yield Input(placeholder="type to find a setting: timeout, priority, password …", id="find", compact=True)
        yield self._elsewhere
        for table, fields in groupby(self._asked, key=lambda field: field.place.table):
            with Vertical():
                title = _TITLES.get(table, table)
                yield Static(Content.assemble(title, (f"  {header(table)}", "$text-muted")), classes="group")
                yield from fields

    @property
    def finder(self) -> Input:
        """The line that finds."""
        return self.query_one("#find", Input)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show the fields whose label, key or help has every word."""
        if event.input is not self.finder:
            return
        event.stop()
        words = event.value.lower().split()
        for field in self._asked:
            field.display = _matches(words, field.place, field.question)
        for group in self.query(Vertical):
            group.display = any(field.display for field in group.query(AnswerField))
        lines = [f"{label}: in the step '{step}'" for label, step in self._in_other_steps(words)] if words else []
        if not lines and not any(field.display for field in self._asked):
            lines = [f"no key of halb.toml has '{printable(event.value)}' in its name or its help"]
        self._elsewhere.update("\n".join(lines[:4]))
        self._elsewhere.display = bool(lines)

    def _in_other_steps(self, words: list[str]) -> Iterator[tuple[str, str]]:
        """What is found among the fields of the other steps: their labels, and the steps' names."""
        for step in steps():
            if step != self._step:
                for field in step.fields:
                    if _matches(words, Place(field.table, 0, field.key), field):
                        yield field.label, step.name


def _matches(words: list[str], place: Place, question: Field) -> bool:
    text = f"{question.label} {place.table}.{place.key} {question.help}".lower()
    return all(word in text or word in text.replace("-", " ").replace("_", " ") for word in words)
