"""What stands beside the fields where there is room: the plan so far, the picture of the cluster, and the files."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from wizard.questions.answers import Answers
from wizard.questions.overview import LineState, PlanLine, overview
from wizard.questions.session import Judgement
from wizard.questions.steps import steps
from wizard.tui.host import host_of
from wizard.tui.reading.preview import Preview
from wizard.tui.reading.search import continued
from wizard.tui.widgets.topology import Topology

PAUSE = 0.2  # seconds between two looks at the answers
_STYLES = {LineState.DONE: "$text-success", LineState.OPEN: "$text-muted", LineState.WRONG: "$text-error"}
_NAME = max(len(step.name) for step in steps() if step.fields) + 1


def plan_line(line: PlanLine, width: int) -> Content:
    """The answers of a step in lines of a width, in columns: sign and name, then the answers below each other."""
    style = _STYLES[line.state]
    text = Content.styled(line.text, "$text-muted" if line.state is LineState.OPEN else "")
    rows = continued(text, width - _NAME - 2)
    head = Content.assemble((f"{line.state.value} ", style), (f"{line.name:<{_NAME}}", "bold"))
    blank = Content(" " * (_NAME + 2))
    return Content("\n").join(head + row if not number else blank + row for number, row in enumerate(rows))


class PlanPane(Widget):
    """The plan so far, a few lines for each step; a click leads to the step."""

    class Chosen(Message):
        """A step's answers were clicked."""

        def __init__(self, line: PlanLine) -> None:
            super().__init__()
            self.line = line

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[PlanLine, ...] = ()

    def show(self, lines: tuple[PlanLine, ...]) -> None:
        """Show these."""
        if lines != self._lines:
            self._lines = lines
            self.refresh(layout=True)

    def _drawn(self) -> list[Content]:
        return [plan_line(line, max(self.content_size.width, 30)) for line in self._lines]

    def render(self) -> Content:
        """A line for each step, or more."""
        return Content("\n").join(self._drawn())

    def on_click(self, event: events.Click) -> None:
        """Find the step under the pointer."""
        row = event.y - self.content_region.y + self.region.y
        for line, drawn in zip(self._lines, self._drawn(), strict=True):
            row -= drawn.plain.count("\n") + 1
            if row < 0:
                self.post_message(self.Chosen(line))
                return


class Aside(Vertical):
    """It follows the session's answers by itself. `step` is the one whose file is shown first."""

    DEFAULT_CSS: ClassVar[str] = """
    Aside { border-left: solid $panel; }
    Aside PlanPane { height: auto; max-height: 14; padding: 0 1; }
    Aside Topology { max-height: 9; }
    """

    def __init__(self, step: str) -> None:
        super().__init__()
        self._step = step
        self._answers: Answers | None = None
        self._outcome: Judgement | None = None

    def compose(self) -> ComposeResult:
        """The plan, the picture, the files."""
        yield PlanPane()
        yield Topology(host_of(self).session.answers)
        yield Preview(self._step)

    def on_mount(self) -> None:
        """Follow the answers."""
        self._follow()
        self.set_interval(PAUSE, self._follow)

    def _follow(self) -> None:
        session = host_of(self).session
        if session.answers is not self._answers or session.outcome is not self._outcome:
            self._answers, self._outcome = session.answers, session.outcome
            self.query_one(PlanPane).show(overview(session.outcome, session.answers))
            self.query_one(Topology).show(session.answers)
