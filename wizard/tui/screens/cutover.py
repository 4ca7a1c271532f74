"""The cutover, live: name servers and machines are asked every few seconds, and the screen says what to do next."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rules.live import LiveView
from rules.plan import ClusterError, Phase
from rules.report import Style, printable
from rules.text import clipped
from wizard.probes.looking import NothingToAskError, look
from wizard.probes.phases import in_phase, phase_due
from wizard.probes.seen import SeenCluster, seen
from wizard.questions.overview import LineState, PlanLine, overview
from wizard.tui.copying import of_checklist
from wizard.tui.panes.aside import plan_line
from wizard.tui.screens.base import FramedScreen
from wizard.tui.textual_private import KeysFooter
from wizard.tui.widgets.topology import Topology, draw
from wizard.verify.checklist import checklist
from wizard.verify.display import aged
from wizard.verify.report.text import text

PAUSE = 5.0  # seconds between two rounds of questions
TICK = 1.0  # countdowns are in whole seconds

WIDE = 120  # columns from which the picture of the cluster stands beside the checklist
_FOLDED = " (Enter shows them)"
_STYLES = {
    "ok": "$text-success",
    "warn": "$text-warning",
    "fail": "bold $text-error",
    "wait": "$text-accent",
    "skip": "$text-muted",
}
# The status is at the beginning of a step's line, and five columns into the lines below it.
_STATUS = re.compile(rf"( {{5}}|)({'|'.join(_STYLES)})( +.*)")


class CutoverScreen(FramedScreen):
    """The checklist of the phase that is due. It keeps asking while it is shown, and changes nothing."""

    STEP: ClassVar[str] = "cutover"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "ask_now", "ask now", id="cutover.ask", key_display="F5"),
        Binding("ctrl+y", "ask_now", "ask now", id="cutover.ask", show=False),
        Binding("p", "other_phase", "other phase", id="cutover.phase"),
        Binding("enter", "unfold", "all", id="cutover.unfold", key_display="Enter"),
        Binding("space", "unfold", "all", id="cutover.unfold", show=False),
        Binding("c", "copy", "copy", id="cutover.copy"),
        Binding("f2", "app.findings", "findings", id="cutover.findings", show=False),
        Binding("f3", "app.preview", "preview", id="cutover.preview", show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    CutoverScreen Static { height: auto; padding: 0 1; }
    CutoverScreen #steps { height: 1fr; scrollbar-gutter: stable; }
    CutoverScreen #next { height: auto; max-height: 45%; scrollbar-gutter: stable; border-top: solid $panel; }
    CutoverScreen #steps, CutoverScreen #next { border-left: blank; }
    CutoverScreen #steps:focus, CutoverScreen #next:focus { border-left: outer $primary; }
    CutoverScreen #steps > Static, CutoverScreen #next > Static { padding: 0 1 0 0; }
    CutoverScreen #ways { height: 1fr; border: none; padding: 0 1; }
    CutoverScreen #columns { height: 1fr; }
    CutoverScreen Topology { display: none; width: 58; height: 100%; max-height: 100%; border-left: solid $panel; }
    CutoverScreen.-wide Topology { display: block; }
    CutoverScreen #clock { color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.view: LiveView | None = None
        self.phase: Phase | None = None
        self.asking = False
        self._seen_at = 0.0
        self._wake = asyncio.Event()
        self._painted: tuple[object, ...] = ()
        self._unfolded = False
        self._stuck = False
        self._seen: SeenCluster | None = None
        self._copies = 0

    def compose(self) -> ComposeResult:
        """The checklist, below it what to do now, and when it asks again."""
        yield from self.head()
        with Horizontal(id="columns"):
            with VerticalScroll(id="steps"):
                yield Static("… asking", markup=False)
            yield Topology(self.session.answers)
        yield OptionList(id="ways", markup=False)
        with VerticalScroll(id="next"):
            yield Static(markup=False)
        yield Static(id="clock", markup=False)
        yield KeysFooter()

    def on_mount(self) -> None:
        """Let the countdowns tick."""
        self.query_one("#ways").display = False
        self.query_one("#steps").focus()
        self.set_interval(TICK, self._paint)

    def on_screen_resume(self) -> None:
        """Ask as long as the screen is shown."""
        if self.session.offline:
            self._tell("offline: nothing is asked", stuck=True)
        else:
            self._watch()

    def on_screen_suspend(self) -> None:
        """Ask nothing while nobody is looking."""
        self.workers.cancel_group(self, "cutover")

    def judged(self) -> None:
        """Ask about the new answers."""
        self.action_ask_now()

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap the lines for the new width."""
        self.call_after_refresh(self._paint)

    def action_ask_now(self) -> None:
        """Ask without waiting."""
        self._wake.set()

    def action_other_phase(self) -> None:
        """Show the checklist of the other phase."""
        if self.view is not None:
            shown = self.phase or phase_due(self.view)
            self.phase = Phase.BOOTSTRAP if shown is Phase.CUTOVER else Phase.CUTOVER
            self._paint()

    def action_unfold(self) -> None:
        """Show the steps that are passed too, or fold them again."""
        self._unfolded = not self._unfolded
        self._paint()

    def action_copy(self) -> None:
        """Copy the record or command that is to be typed next; pressed again, the one after it."""
        found = () if self.view is None else of_checklist(checklist(in_phase(self.view, self._shown_phase(self.view))))
        if not found:
            self.notify("there is no record and no command to copy now", markup=False)
            return
        self.host.copy(found[self._copies % len(found)])
        self._copies += 1

    def _shown_phase(self, view: LiveView) -> Phase:
        return self.phase or phase_due(view)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to the answer that is needed before anything can be asked."""
        line = next((one for one in self._ways() if one.key == event.option.id), None)
        if line is not None:
            self.leave_for(line.key, line.place)

    def _ways(self) -> list[PlanLine]:
        """The steps with an answer that is missing or wrong; or all, where none is."""
        lines = overview(self.session.outcome, self.session.answers)
        return [line for line in lines if line.state is not LineState.DONE] or list(lines)

    @work(group="cutover", exclusive=True, exit_on_error=False)
    async def _watch(self) -> None:
        """Ask, wait, ask again. What goes wrong is shown, and may succeed the next time.

        Where an answer is needed first, there is nothing to wait for: the screen says which, and leads there.
        """
        while True:
            self._wake.clear()
            self.asking, stuck = True, False
            try:
                await self._look()
            except (ClusterError, NothingToAskError) as error:
                stuck = True
                self._tell(f"nothing can be asked yet: {error}", stuck=True)
            except Exception as error:  # a screen that watches must outlive what it sees
                self._tell(f"the check failed: {error or type(error).__name__}")
            finally:
                self.asking, self._stuck = False, stuck
            self._seen_at = time.monotonic()
            self._paint()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), None if stuck else PAUSE)

    async def _look(self) -> None:
        session = self.session
        files = session.outcome.files if session.outcome.answers == session.answers else {}
        view = await look(session.answers, files, session.resolvers, phase=self.phase)
        self._seen = await asyncio.to_thread(seen, view)
        self.view = view
        self._lead_on(stuck=False)

    def _lead_on(self, *, stuck: bool) -> None:
        """Show the answers that are needed as lines that lead to them, or the checklist in their place."""
        ways = self.query_one("#ways", OptionList)
        if stuck:
            at = ways.highlighted or 0
            ways.set_options(Option(plan_line(line, self.app.size.width - 4), id=line.key) for line in self._ways())
            ways.display = True
            ways.highlighted = min(at, ways.option_count - 1)
            ways.focus()  # behind what was asked for before, as that of the mount
        elif ways.display:
            ways.display = False
            self.query_one("#steps").focus()
        self.query_one("#columns").styles.height = 2 if stuck else "1fr"

    def _tell(self, words: str, *, stuck: bool = False) -> None:
        """Show a sentence in place of the checklist; `stuck` with the ways to the answers that are needed."""
        self.view = None
        self._lead_on(stuck=stuck)
        self._painted = ()
        self.query_one("#steps > Static", Static).update(Content(clipped(printable(words))))
        self.query_one("#next").display = False

    def _paint(self) -> None:
        self.query_one("#clock", Static).update(Content(self._clock()))
        if self.view is None:
            return
        view = aged(self.view, int(time.monotonic() - self._seen_at))
        phase = self._shown_phase(view)
        width = max(self.query_one("#steps > Static").content_size.width, 40)
        if self._painted == (now := (self.view, phase, width, self._unfolded, int(time.monotonic() - self._seen_at))):
            return
        self._painted = now
        view = in_phase(view, phase)
        folded = None if self._unfolded else _FOLDED
        lines = text(checklist(view), view, Style(width=width), folded=folded).splitlines()
        self.query_one(Topology).show(self.session.answers, self._seen)
        # What to do next comes after the last empty line.
        end = len(lines) - 1 - lines[::-1].index("") if "" in lines else len(lines)
        shown = list(map(_coloured, lines[:end]))
        if self.app.size.width < WIDE:
            shown += [Content(""), *draw(self.session.answers, width, self._seen)]
        self.query_one("#steps > Static", Static).update(Content("\n").join(shown))
        self.query_one("#next > Static", Static).update(Content("\n".join(lines[end + 1 :])))
        self.query_one("#next").display = True

    def _clock(self) -> str:
        if self.session.offline:
            return ""
        if self.asking:
            return "… asking"
        if self._stuck:
            return "Enter leads to the answer, Esc back"
        left = max(PAUSE - (time.monotonic() - self._seen_at), 0.0)
        return f"asks again in {left:.0f} s"


def _coloured(line: str) -> Content:
    """A line of the checklist, its status in colour."""
    match = _STATUS.fullmatch(line)
    if match is None:
        return Content(line)
    indent, status, rest = match.groups()
    return Content.assemble(indent, (status, _STYLES[status]), rest if indent else (rest, "bold"))
