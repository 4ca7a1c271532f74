"""What the screens behind the forms have in common: the name on top, the bar of steps, the title."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from rules.report.style import printable
from wizard.questions.answers import Place
from wizard.questions.steps import steps
from wizard.tui.screens import Page
from wizard.tui.widgets.steps_bar import StepsBar

if TYPE_CHECKING:
    from wizard.tui.app import Judged


class EndScreen(Page):
    """A screen of a step without fields."""

    STEP: ClassVar[str]
    """The step's key."""

    DEFAULT_CSS: ClassVar[str] = """
    EndScreen > #title, EndScreen > #heading { height: auto; padding: 0 1; }
    EndScreen StepsBar { height: 1; }
    """

    def head(self) -> ComposeResult:
        """The lines on top."""
        wizard = self.wizard
        step = next(step for step in steps() if step.key == self.STEP)
        title = Content.assemble((step.title, "bold"), "  ", (step.intro, "$text-muted"))
        endpoint = wizard.answers[Place("cluster", 0, "endpoint")]
        yield Static(printable(f"halb  {endpoint}".rstrip()), markup=False, id="heading")
        yield StepsBar(self.STEP, wizard.visited, wizard.outcome)
        yield Static(title, id="title")

    def on_judged(self, message: Judged) -> None:
        """Show what the answers amount to."""
        self.query_one(StepsBar).show(message.outcome)
        self.judged()

    def judged(self) -> None:
        """The answers have been judged anew."""

    def on_steps_bar_chosen(self, message: StepsBar.Chosen) -> None:
        """Go to the step that was clicked."""
        self.leave_for(message.key)

    def leave_for(self, key: str, place: Place | None = None) -> None:
        """Show another step; `place` gets the focus there."""
        self.app.call_later(self.wizard.go, key, place)
