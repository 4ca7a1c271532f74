"""What the wizard's screens have in common."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from rules.report import printable
from wizard.questions.answers import Place
from wizard.questions.known.derived import endpoint_of
from wizard.questions.phase import intro_of
from wizard.questions.review import Changes, changes, difference_words
from wizard.questions.steps import Step, steps
from wizard.tui.host import Host, host_of
from wizard.tui.judging import AnswersJudged
from wizard.tui.session import Session
from wizard.tui.widgets.steps_bar import StepsBar

DESIGN_WIDTH, DESIGN_HEIGHT = 80, 24


class WizardScreen(Screen[None]):
    """A screen that knows the wizard's app and session."""

    @property
    def host(self) -> Host:
        """The app."""
        return host_of(self)

    @property
    def session(self) -> Session:
        """The answers, and what they amount to."""
        return host_of(self).session

    def intro(self, step: Step) -> str:
        """What is said about the step that this screen shows."""
        return intro_of(step, self.session.answers)

    async def difference(self) -> Widget | str | None:
        """What writing would change, as the folder is now; None if that is of no use any more."""
        session = self.session
        found = await asyncio.to_thread(changes, session.outcome, session.directory, session.overrides)
        return self.compared(found)

    def compared(self, found: Changes) -> Widget | str:
        """What was found, to be read."""
        from wizard.tui.reading.diff import Diff

        return difference_words(found, self.session.outcome, self.session.overrides) or Diff(found.diffs)

    @property
    def folder(self) -> Path:
        """Where the files would be written."""
        return self.session.directory

    def take_answers(self) -> None:
        """Hand over what is typed in this screen's fields, if it has any."""

    def leave(self) -> None:
        """Hand it over for good: another screen comes."""
        self.take_answers()


class TooSmall(Widget):
    """Covers a screen whose terminal is too small to show it (app.tcss says when); the keys still work below it."""

    def render(self) -> Content:
        """The size there is, and the one that is needed."""
        width, height = self.app.size
        return Content(
            f"make the terminal larger (now {width}x{height}, needed {DESIGN_WIDTH}x{DESIGN_HEIGHT})\n"
            "Esc goes back, Ctrl+Q leaves; the draft is saved"
        )


class FramedScreen(WizardScreen):
    """The screen of a step without fields: the name on top, the bar of steps, the title."""

    STEP: ClassVar[str]
    """The step's key."""

    DEFAULT_CSS: ClassVar[str] = """
    FramedScreen > #title, FramedScreen > #heading { height: auto; padding: 0 1; }
    FramedScreen StepsBar { height: 1; }
    """

    def head(self) -> ComposeResult:
        """The lines on top."""
        session = self.session
        endpoint = endpoint_of(session.answers)
        yield Static(printable(f"halb  {endpoint}".rstrip()), markup=False, id="heading")
        yield StepsBar(self.STEP, session.done, session.outcome)
        yield Static(self.title_line(), id="title")

    def title_line(self) -> Content:
        """The step's title, and the words about it."""
        step = next(step for step in steps() if step.key == self.STEP)
        return Content.assemble((step.title, "bold"), "  ", (self.intro(step), "$text-muted"))

    def on_answers_judged(self, message: AnswersJudged) -> None:
        """Show what the answers amount to."""
        self.query_one(StepsBar).show(self.session.done, message.outcome)
        self.judged()

    def judged(self) -> None:
        """Called when the answers have been judged."""

    def on_steps_bar_chosen(self, message: StepsBar.Chosen) -> None:
        """Go to the step that was clicked."""
        self.leave_for(message.key)

    def leave_for(self, key: str, place: Place | None = None) -> None:
        """Show another step; `place` gets the focus there."""
        self.app.call_later(self.host.go, key, place)
